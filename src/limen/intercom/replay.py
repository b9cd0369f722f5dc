"""Does again, after a restore, what ended for signs since the backup (LINK-8, OPS-2)."""

from uuid import UUID

from django.utils.translation import gettext as _

from limen.intercom import services
from limen.intercom.models import Link
from limen.kernel.actors import SYSTEM
from limen.storage import replay
from limen.storage.replay import Restoring


@replay.again
def end_again(run: Restoring) -> None:
    """A sign that was replaced stays dead; the one that came after it went down with the database and is printed anew."""
    names: list[str] = []
    for line in run.of("sign_ended"):
        link = Link.objects.select_related("door").filter(id=line.facts["sign"], ended_at=None).first()
        if link is not None:
            services.rotate(link_id=UUID(line.facts["sign"]), by=SYSTEM, now=run.now)
            names.append(link.door.name)
            run.did("signs_ended")
    if names:
        run.misses(
            _("Signs that were replaced after the backup: %(doors)s. Print them again and put them up.") % {"doors": ", ".join(names)}
        )
