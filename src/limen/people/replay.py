"""Does again, after a restore, what ended for persons since the backup: names, homes, roles (OPS-2, PRIVACY-8)."""

from datetime import UTC, datetime
from uuid import UUID

from limen.kernel.actors import SYSTEM
from limen.people import services
from limen.people.models import Person, Residency, Role
from limen.storage import replay
from limen.storage.ledger import Line
from limen.storage.replay import Restoring, last_by


@replay.again
def end_again(run: Restoring) -> None:
    """Who was forgotten is forgotten, who moved out lives elsewhere, who was dismissed manages nothing."""
    for line in run.of("deletion"):
        living = Person.objects.filter(id=line.facts["person"]).exclude(status="archived", email_index=None)
        if living.exists():
            services.forget(person_id=UUID(line.facts["person"]), by=SYSTEM, now=run.now)
            run.did("people_forgotten")
    for (person_id, unit_id), line in sorted(last_by(run.of("residency_ended"), "person", "unit").items()):
        _end_home(person_id, unit_id, line, run)
    roles = Role.objects.filter(id__in=[line.facts["role"] for line in run.of("role_ended")], until=None)
    run.did("roles_ended", roles.update(until=run.now))


def _end_home(person_id: str, unit_id: str, line: Line, run: Restoring) -> None:
    """Homes that began after that end are not meant."""
    until = datetime.fromtimestamp(int(line.facts["until"]), UTC)
    rows = Residency.objects.filter(person_id=person_id, unit_id=unit_id, since__lt=until).exclude(until__lte=until)
    if rows.exists():
        services.end_residency(person_id=UUID(person_id), unit_id=UUID(unit_id), until=until, by=SYSTEM, now=run.now)
        run.did("homes_ended")
