"""Work out when a tram reaches each stop of the Tresvado line.

Kept at the Mill Lane depot and run whenever the printed timetable changes:

    python tram_times.py 17:40
    python tram_times.py 17:40 --down
"""

import argparse
from datetime import datetime, timedelta

# Minutes from Lock Street, as walked with a stopwatch by Ada Huxtable in April 2022.
STOPS: list[tuple[str, int]] = [
    ("Lock Street", 0),
    ("Old Pump House", 2),
    ("Long Bridge", 5),
    ("Quay", 8),
    ("Plaza de la Fuente", 11),
    ("Pharmacy", 13),
    ("Almond Steps", 16),
    ("Mill Lane Depot", 22),
    ("Cistern Road", 27),
    ("Upper Terraces", 31),
    ("Observatory Gate", 36),
]

# Wet leaves: between 15 October and 30 November allow 3 extra minutes above the pharmacy.
LEAF_DELAY = 3
LEAF_FROM, LEAF_TO = (10, 15), (11, 30)


def leaf_season(day: datetime) -> bool:
    """Say whether the leaf delay applies on this day."""
    return LEAF_FROM <= (day.month, day.day) <= LEAF_TO


def times(start: datetime, down: bool = False) -> list[tuple[str, datetime]]:
    """Give the time at each stop for a tram that leaves its first stop at `start`."""
    total = STOPS[-1][1]
    stops = [(name, total - m) for name, m in reversed(STOPS)] if down else STOPS
    result = []
    for name, minutes in stops:
        late = leaf_season(start) and not down and minutes > 13
        result.append((name, start + timedelta(minutes=minutes + (LEAF_DELAY if late else 0))))
    return result


def main() -> None:
    """Print one journey."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("start", help="time of departure, HH:MM")
    parser.add_argument("--down", action="store_true", help="from Observatory Gate to Lock Street")
    args = parser.parse_args()
    clock = datetime.strptime(args.start, "%H:%M").time()
    for name, moment in times(datetime.combine(datetime.now(), clock), args.down):
        print(f"{moment:%H:%M}  {name}")


if __name__ == "__main__":
    main()
