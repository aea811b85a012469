"""Made-up papers of a village in three languages, two or three of each kind, to compare with each other."""

from __future__ import annotations

FILES = {
    "hire_barge.md": (
        "# Hire of the barge Heron\n\n"
        "The barge Heron sleeps six people. The hire is 890 euros a week. The deposit is 300 euros. Dogs may "
        "come aboard. The barge is 14 metres long and was built in 1987. A booking may be cancelled up to thirty "
        "days before.\n"
    ),
    "hire_cottage.md": (
        "# Hire of the weir cottage\n\n"
        "The weir cottage has beds for four people. The hire is 640 euros a week. The deposit is 200 euros. Dogs "
        "are not allowed. Smoking is forbidden. A booking may be cancelled up to ten days before.\n"
    ),
    "locks.txt": (
        "The upper lock was built in 1794 and is 21 metres long. It is worked by hand.\n\n"
        "The lower lock was built in 1803 and is 26 metres long. It is worked by an electric motor.\n"
    ),
    "passes.md": (
        "# Passes\n\n"
        "A day pass differs from a season pass in that it may be given to another person; a season pass is bound "
        "to its owner.\n\n"
        "A day pass costs 9 euros. A season pass costs 70 euros.\n"
    ),
    "pump.md": (
        "# Pump manual\n\n"
        "## Faults\n\n"
        "| Code | Meaning | Remedy |\n|---|---|---|\n| E07 | Filter blocked | Rinse the filter |\n| E12 | Motor "
        "too hot | Let the pump cool for an hour |\n\n"
        "## Modes\n\n"
        "### Eco mode\n\n"
        "In eco mode the pump runs at 900 turns a minute and uses 45 watts.\n\n"
        "### Boost mode\n\n"
        "In boost mode the pump runs at 2,400 turns a minute and uses 210 watts.\n"
    ),
    "paint.csv": ("Paint,Price,Drying hours,Left\nHull black,34,12,8\nDeck grey,29,6,15\nCabin white,22,4,0\n"),
    "club.txt": (
        "The rowing club was founded in 1921. Its president is Ottilie Fenn. The pub and brewery by the weir is "
        "run by Bram Sallow.\n"
    ),
    "salas.md": (
        "# Salas\n\n"
        "## Sala Roble\n\n"
        "La sala Roble tiene 40 plazas. El alquiler es de 120 euros por tarde. Se reserva con dos semanas de "
        "antelación.\n\n"
        "## Sala Olmo\n\n"
        "La sala Olmo tiene 95 plazas. El alquiler es de 210 euros por tarde. Se reserva con un mes de "
        "antelación.\n"
    ),
    "cursos.txt": (
        "El curso de acuarela empieza el 4 de octubre y cuesta 85 euros. Lo imparte Nuria Ferrán.\n\n"
        "El curso de cerámica empieza el 11 de noviembre y cuesta 130 euros. Lo imparte Telmo Ibarra.\n"
    ),
    "carnet.txt": (
        "El carné azul permite llevarse tres libros durante quince días. El carné verde permite llevarse diez "
        "libros durante un mes.\n"
    ),
    "lodki.md": (
        "# Прокат лодок\n\n"
        "## Лодка «Выдра»\n\n"
        "Лодка «Выдра» вмещает троих. Прокат стоит 700 рублей в час. Залог — 3 000 рублей.\n\n"
        "## Лодка «Цапля»\n\n"
        "Лодка «Цапля» вмещает шестерых. Прокат стоит 1 100 рублей в час. Залог — 5 000 рублей.\n"
    ),
    "bani.txt": (
        "Старая баня топится дровами и открыта по субботам. Билет в старую баню стоит 250 рублей.\n\n"
        "Новая баня топится газом и открыта каждый день. Билет в новую баню стоит 400 рублей.\n"
    ),
    "vznos.txt": ("Взнос — 600 рублей, с 1 марта 650 рублей. Собирает Фёкла Зимина по средам в правлении.\n"),
    "pechi.txt": (
        "Кирпичная печь держит тепло двое суток и весит две тонны. Чугунная печь остывает за четыре часа и весит "
        "180 килограммов.\n"
    ),
}
