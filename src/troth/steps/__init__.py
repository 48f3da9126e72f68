"""steps: work that outlives whoever does it. A run is a list of steps in ranks; workers take steps under leases with fences.

Owns which steps there are, where each stands, and who does it until when. A worker that died holds its step until the lease ends;
who comes then takes it over with a higher fence, and the dead one's pen is dry. Nothing here names a person.
"""

from troth.steps.errors import LeaseLost, StepUnknown
from troth.steps.model import Run, Standing, Step, Taken, Wanted
from troth.steps.service import LEASE, Steps

__all__ = ["LEASE", "LeaseLost", "Run", "Standing", "Step", "StepUnknown", "Steps", "Taken", "Wanted"]
