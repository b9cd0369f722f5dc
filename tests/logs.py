"""The log as the settings have it. A configurator takes from what it is given, so it is given a copy."""

import logging
import logging.config
from copy import deepcopy
from typing import TextIO, cast

from django.conf import settings


def our_line() -> logging.Formatter:
    """What writes a line."""
    said = deepcopy(settings.LOGGING)
    return cast("logging.Formatter", logging.config.DictConfigurator(said).configure_formatter(said["formatters"]["line"]))


def our_log(stream: TextIO) -> logging.Handler:
    """What the service writes to standard error, written there: through its own formatter and filters."""
    said = deepcopy(settings.LOGGING)
    made = logging.config.DictConfigurator(said)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(our_line())
    for name in said["handlers"]["console"]["filters"]:
        handler.addFilter(cast("logging.Filter", made.configure_filter(said["filters"][name])))
    return handler
