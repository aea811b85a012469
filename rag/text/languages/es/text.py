"""Español: words of ``schema/text.py``."""

from __future__ import annotations

from rag.text.languages.schema.text import TextWords

_ORDINAL_STEMS = "primer segund tercer cuart quint sext séptim octav noven décim".split()

TEXT = TextWords(
    months=(
        "enero ene", "febrero", "marzo", "abril abr", "mayo", "junio", "julio", "agosto ago", "septiembre setiembre",
        "octubre", "noviembre", "diciembre dic",
    ),
    ambiguous_months="ago dic abr ene",
    day_suffix="º",
    month_first_suffix="º",
    date_joiner="del?",
    weekdays=(
        "lunes", "martes", "miércoles miercoles", "jueves", "viernes", "sábado sábados sabado sabados",
        "domingo domingos",
    ),
    number_words="cero:0 dos:2 tres:3 cuatro:4 cinco:5 seis:6 siete:7 ocho:8 nueve:9 diez:10 once:11 doce:12 trece:13 "
    "catorce:14 quince:15 dieciséis:16 diecisiete:17 dieciocho:18 diecinueve:19 veinte:20 veintiuno:21 veintiún:21 "
    "veintiuna:21 veintidós:22 veintitrés:23 veinticuatro:24 veinticinco:25 veintiséis:26 veintisiete:27 "
    "veintiocho:28 veintinueve:29 treinta:30 cuarenta:40 cincuenta:50 sesenta:60 setenta:70 ochenta:80 noventa:90 "
    "cien:100 ciento:100 doscientos:200 doscientas:200 trescientos:300 trescientas:300 cuatrocientos:400 "
    "cuatrocientas:400 quinientos:500 quinientas:500 seiscientos:600 seiscientas:600 setecientos:700 setecientas:700 "
    "ochocientos:800 ochocientas:800 novecientos:900 novecientas:900 docena:12 uno:1 una:1 un:1",
    ordinal_words=" ".join(
        f"{stem}{ending}:{value}"
        for value, stem in enumerate(_ORDINAL_STEMS, 1)
        for ending in ("o", "a", "os", "as", *([""] if stem in ("primer", "tercer") else []))
    ),
    number_joiners="y e",
    magnitudes="mil:1e3 millón:1e6 millon:1e6 millones:1e6 billones:1e12",
    plural_magnitudes="millones billones",
    units={
        "km2": r"kil[óo]metros? cuadrados?",
        "cm2": r"cent[íi]metros? cuadrados?",
        "m2": r"metros? cuadrados?",
        "m3": r"metros? c[úu]bicos?",
        "km/h": r"kil[óo]metros? por hora",
        "km": r"kil[óo]metros?",
        "cm": r"cent[íi]metros?",
        "mm": r"mil[íi]metros?",
        "m": r"metros?",
        "kg": r"kilogramos?|kilos?",
        "%": r"por ?ciento",
        "mile2": r"millas cuadradas",
        "mile": r"millas?",
        "foot": r"pies?",
        "inch": r"pulgadas?",
        "yard": r"yardas?",
        "g": r"gramos?",
        "ton": r"toneladas?",
        "pound": r"libras?",
        "dollar": r"dólares|dólar",
        "crown": r"coronas?",
        "rouble": r"rublos?",
        "cent": r"centavos?|céntimos?",
        "year": r"años?",
        "month": r"mes(?:es)?",
        "week": r"semanas?",
        "day": r"d[ií]as?",
        "hour": r"horas?",
        "minute": r"minutos?",
        "second": r"segundos?",
        "celsius": r"grados celsius",
        "fahrenheit": r"grados fahrenheit",
        "degree": r"grados?",
        "litre": r"litros?",
        "hectare": r"hectáreas?",
        "times": r"veces",
    },
    hour_word=r"h\b",
    afternoon="de la (?:tarde|noche)",
    morning="de la (?:mañana|madrugada)",
    ordinal_suffix=r"\s?-?(?:º|ª)",
    century_roman="siglos?",
    stop_words="qué cuál cuáles quién quiénes cuándo dónde adónde cómo cuánto cuánta cuántos cuántas si hay dime llama "
    "llaman llamaba llamó sabe saber tipo clase según",
    abbreviations="núm|pág|págs|tel|cap|vol|apdo|hab|art",
    example="El ferry sale a mediodía.",
    letters="eaosrnidlctumpbgvyqíóháfzéjñxúkwü çàèöâ",
)  # fmt: skip
