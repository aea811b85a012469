from __future__ import annotations

from tests.text.languages.grounding_examples import GroundingExamples

EXAMPLES = GroundingExamples(
    hedged=(
        ("The coast is dry.", "Most of the coast is dry."),
        ("The herb cures colds.", "The herb may cure colds."),
        ("The ferry sails in winter.", "The ferry rarely sails in winter."),
    ),
    thought=("The bridge would fall.", "Critics believed that the bridge would fall."),
    conditional=("Rowing is forbidden.", "Rowing is forbidden if the water stands high."),
    not_hedged=(
        ("The bridge holds.", "Even if it rains, the bridge holds."),
        ("The tower is 40 metres high.", "The tower is almost 40 metres high."),
    ),
    denied=(
        ("The museum has parking.", "The museum has no parking."),
        ("Admission is free.", "Admission is not free."),
        ("Dogs may enter.", "Dogs may never enter."),
    ),
    affirmed="The ferry carries not only cars.",
    clause="The mill did not burn because it rained heavily.",
    points_back="It opened in 1911.",
    named=("They visited the Museum of the City.", "Museum of the City"),
    names=("The ferry is steered by Ada Lamb in the harbour.", "ada lamb"),
    reworded=("The ferry carries 38 passengers across the river.", "The ferry carries 38 people across the river."),
    days=(("It opens on Monday.", 0), ("It is closed on Sundays.", 6)),
)
