from __future__ import annotations

from tests.text.languages.question_examples import Comparison, FollowUp, QuestionExamples

EXAMPLES = QuestionExamples(
    answer_types={
        "money": ("¿Cuánto cuesta el billete?", "¿Qué paga un adulto?"),
        "weight": ("¿Cuál es el peso del ancla?",),
        "length": ("¿Cuál es la altura de la torre?", "¿Cuánto mide el puente?"),
        "hour": ("¿A qué hora sale el barco?", "¿Qué horario tiene el museo?"),
        "colour": ("¿De qué color es el tranvía?",),
        "age": ("¿Cuántos años tiene el capitán?", "¿Qué edad tiene?"),
        "year": ("¿En qué año se construyó el molino?",),
        "when": ("¿Cuándo abre la biblioteca?", "¿Qué día es el mercado?"),
        "percentage": ("¿Qué porcentaje de los barcos tiene fugas?",),
        "temperature": ("¿Qué temperatura tiene el agua?",),
        "power": ("¿Qué potencia tiene el motor?",),
        "count": ("¿Cuántas paradas hay?",),
        "person": ("¿Quién es el capitán?",),
    },
    offers={
        "money": ("Los niños pagan 2 coronas.", "Los niños son bienvenidos."),
        "weight": ("Son dos toneladas.", "Es de hierro."),
        "length": ("La torre tiene 40 metros.", "La torre es alta."),
        "hour": ("Abre a las nueve.", "Abre pronto."),
        "colour": ("El tranvía es rojo.", "El tranvía es viejo."),
        "age": ("Tiene cuarenta años.", "Es viejo."),
        "year": ("Es del siglo pasado.", "Es muy antiguo."),
        "when": ("Cierra los domingos.", "Está cerrado."),
        "percentage": ("La mitad tiene fugas.", "Casi todos tienen fugas."),
        "temperature": ("Tiene once grados.", "Está fresca."),
        "power": ("El motor tiene 90 caballos.", "El motor es ruidoso."),
        "count": ("Hay sesenta y cuatro.", "Hay muchos."),
        "person": ("Es la famosa Ada Cordero.", "Nadie lo sabe."),
    },
    no_type=("¿Dónde para el tranvía?", "Cuando cerró el molino, ¿qué les dieron?"),
    brief=("¿Quién es el capitán?", "¿Cuántas paradas hay?", "¿Es gratis la biblioteca?"),
    long=("¿Cómo construyo un barco?", "¿Por qué está cerrado el molino?", "Compara el barco con el puente"),
    whether=("¿Abre la biblioteca los domingos?", "¿Puedo llevar un perro?"),
    about="¿Qué hay de los perros?",
    two=(
        (
            "¿Cuándo abre la biblioteca y cuánto cuesta el carné?",
            "¿Cuándo abre la biblioteca?",
            "cuánto cuesta el carné?",
        ),
        ("Quien abrio la panaderia y cuando?", "Quien abrio la panaderia?", "cuando?"),
    ),
    one=("¿Cómo y por qué se construyó el molino?", "¿Cuándo abren la biblioteca y el museo?"),
    comparisons=(
        Comparison(
            "¿Qué es más caro, el tranvía o el barco?", ("el tranvía", "el barco"), "¿Cuánto cuesta el tranvía?"
        ),
        Comparison("¿Es la torre más antigua que el puente?", ("la torre", "el puente"), "¿Es la torre más antigua?"),
        Comparison("¿Qué diferencia hay entre un tranvía y un tren?", ("un tranvía", "un tren"), "¿Qué es un tranvía?"),
    ),
    no_comparison=("¿Cuándo abre la biblioteca?", "¿Es el camino más largo que diez metros?"),
    follow_ups=(
        FollowUp("¿Y en invierno?", "¿Cuándo abre la biblioteca en verano?", "abre la biblioteca", "verano"),
        FollowUp("¿y los domingos?", "¿A qué hora abre el museo los sábados?", "abre el museo", "sábados"),
        FollowUp("¿Y en junio?", "¿Cuándo sale el barco en julio?", "sale el barco", "julio"),
        FollowUp("¿Y los niños?", "¿Cuánto pagan los adultos por el billete?", "por el billete", "adultos"),
    ),
    who=("¿Quién dirige el tranvía?", "Es la doctora Ada Cordero.", "¿Y cuándo nació ella?", "Ada Cordero"),
    alone=("¿Qué capitán manda el barco Gaviota?",),
    file="archivo:minutes.txt ¿Quién estuvo?",
    documents=(
        ("# Montar la rueda\n\nPonga la rueda en el eje antes de las tuercas.", "¿Cómo puedo montar la rueda?"),
        ("# Cerro Alto\n\nCerro Alto es un edificio redondo.", "¿Qué es Cerro Alto?"),
        ("# Cerro Alto\n\nCerro Alto tiene 40 asientos.", "¿Cuántos asientos tiene Cerro Alto?"),
        ("Lugar: Puerto Viejo | Precio: 12 coronas", "¿Cuál es el precio de Puerto Viejo?"),
    ),
)
