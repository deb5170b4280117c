"""What every inventory must do, whatever keeps it: a test module for a store inherits these and says how to open one."""

from tests.inventory.contract.changing import Changing
from tests.inventory.contract.correcting import Correcting
from tests.inventory.contract.networks import Networks
from tests.inventory.contract.reading import Reading
from tests.inventory.contract.relinking import Relinking
from tests.inventory.contract.remembering import Remembering
from tests.inventory.contract.succeeding import Succeeding
from tests.inventory.contract.upkeep import Upkeep


class Contract(Remembering, Reading, Changing, Networks, Relinking, Succeeding, Correcting, Upkeep):
    """Needs a fixture `open_store`, which opens the same, at first empty, store each time."""
