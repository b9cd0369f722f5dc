"""Every size, count, rate and time limit of the protocol, in one place with its unit in its name."""

# Names and keys
LOCK_ID_BYTES = 8
KEY_BYTES = 33  # P-256, compressed
X25519_BYTES = 32
KID_BYTES = 4
SIGNATURE_BYTES = 64

# Frames (B.8): plan for 182 bytes, take 244 or 509 when the link offers it.
FRAME_BYTES_MIN = 20
FRAME_BYTES_PLANNED = 182
FRAME_BYTES_MAX = 509
MESSAGE_BYTES_MAX = 8_192  # one message on the wire, tag included
HANDSHAKE_BYTES = 48

# Sessions: B.4, C.5
HANDSHAKE_TIMEOUT_S = 5
OPEN_TIMEOUT_S = 10  # also LOCK-3: a proof more than 10 s after the lock's challenge is refused
AUTH_IDLE_S = 30
AUTH_TOTAL_S = 600
HANDSHAKES_PER_MINUTE = 10
CONNECTIONS_MAX = 2
SESSION_MESSAGES_MAX = 1 << 32
CONTEXT_BYTES_MAX = 64

# Statements
STATEMENT_BYTES_MAX = 4_096  # any signed statement but the ones below
GRANT_BYTES_MAX = 512
RECEIPT_BYTES_MAX = 512
TIME_BYTES_MAX = 256
LOG_ACK_BYTES_MAX = 256
MANIFEST_BYTES_MAX = 6_144
TICKET_BYTES_MAX = 6_144
ROOT_BYTES_MAX = 3_072
ROOTS_MAX = 8

# Bundles (B.3, B.4)
CHUNK_LOG2 = 10
BIG_CHUNK_LOG2 = 12
SMALL_CHUNKS_MAX = 64  # above this many, chunks are 4 KiB
RECORDS_PER_PERSON_TENTHS = 22  # records <= 2.2 x capacity
BUNDLE_BYTES_PER_RECORD = 60
BUNDLE_BYTES_BASE = 4_096
REVOCATIONS_MAX = 256
CAPACITY_MAX = 5_000  # the largest model (devices.yaml)
CHUNKS_MAX = 256
CHUNKS_AHEAD = 4  # how many parts may be on their way before the first of them is answered (O-13)
SNAPSHOT_EVERY_VERSIONS = 256
STAGING_TTL_S = 72 * 3_600
STAGING_RESTARTS_PER_DAY = 20
STAGING_LEASE_S = 10
PASSIVE_UPDATE_BYTES = 8_192  # SYNC-9
PASSIVE_UPDATE_S = 2

# Firmware (part G)
IMAGE_BYTES_MAX = 1 << 20
IMAGES_MAX = 8  # in one targets statement: the images a publisher offers for one model at a time
TARGETS_BYTES_MAX = 3_072
FIRMWARE_LIST_BYTES_MAX = 1_024
DIRECTION_BYTES_MAX = 256
FIRMWARE_THRESHOLD = 2  # of the KF keys that the root names

# List contents (B.1)
SCHEDULE_INTERVALS_MAX = 8
ZONE_CHANGES_MAX = 20
HOLIDAYS_MAX = 64
CARD_UID_BYTES_MAX = 10
ENGAGED_MS_MAX = 60_000
KEY_PAUSE_S_MAX = 20
AJAR_S_MAX = 3_600
WINDOWS_PER_PERSON_AND_DOOR = 4

# Clock (B.9)
TIME_NONCES_MAX = 4
TIME_ROUND_TRIP_S_MAX = 7_200
REMOTE_AGE_S_MAX = 10

# Doorcodes, part D
DIGITS_MIN = 4
DIGITS_MAX = 9
TEMPORARY_INDEX_MAX = 255
FIRST_USES_MAX = 512
DERIVATIONS_MAX = 256  # ctr is one byte
ENTRY_DIGITS_MAX = 16

# The record, part F
SEGMENT_BYTES = 4_096
EVENT_BYTES_MAX = 256
RECORDS_PER_LOG_EPOCH = 256
LOG_EPOCH_S = 86_400
RING_RECORDS = 4_096
RING_RESERVED = 512

# Photos, F.5
STILL_BYTES_MAX = 40_000
PHOTO_BYTES_MAX = STILL_BYTES_MAX + 48  # sealed
PARCEL_BYTES_MAX = 40_960
PHOTO_PART_BYTES = 4_096
PHOTOS_MAX = 64
REFUSAL_PHOTOS_MAX = 16
PHOTO_DAYS = 30

# Couriers (B.8, SYNC-13)
PASSING_DOORS_MAX = 64
OUTBOX_DAYS = 30
COURIER_GRANT_S = 86_400
BROWSER_LEASE_S = 86_400
PHONE_LEASE_S = 7 * 86_400
GATEWAY_GRANT_S = 3_600

# Activation, part A
BUTTON_S = 15 * 60
RESET_S = 15  # how long the inside button is held to ask for a new activation (A.3)
ATTESTED_S = 24 * 3_600
COVER_DIGITS = 8
COVER_SALT_BYTES = 16
COVER_ITERATIONS_MIN = 1_000  # of PBKDF2
COVER_ITERATIONS_MAX = 100_000  # a prover refuses more, or whoever answers would choose how long it works
COVER_TRIES_PER_PRESS = 5
COVER_TRIES_PER_LIFE = 100
COVER_S = 60  # from the first message of the exchange to the handshake

# Bluetooth (B.8): one service, the phone writes without response, the lock notifies
GATT_SERVICE = "6c696d65-6e00-4d01-8a00-000000000001"
GATT_TO_LOCK = "6c696d65-6e00-4d01-8a00-000000000002"
GATT_TO_PHONE = "6c696d65-6e00-4d01-8a00-000000000003"
