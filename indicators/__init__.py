"""What we watch: one folder per indicator, and the small code that reads them.

This room imports nothing of ours. ``catalogue()`` gives the indicators, ``Indicator.history()``
the readings that ship with the project.
"""

from indicators.catalogue import CatalogueError, catalogue
from indicators.period import Period
from indicators.spec import Indicator, Reading

__all__ = ["CatalogueError", "Indicator", "Period", "Reading", "catalogue"]
