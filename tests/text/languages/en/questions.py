from __future__ import annotations

from tests.text.languages.question_examples import Comparison, FollowUp, QuestionExamples

EXAMPLES = QuestionExamples(
    answer_types={
        "money": ("How much does a ticket cost?", "What do children pay?"),
        "weight": ("How heavy is the anchor?",),
        "length": ("How high is the tower?", "How far is it to the harbour?"),
        "hour": ("At what hour does the ferry leave?", "What time does it open?"),
        "colour": ("What colour is the tram?",),
        "age": ("How old is the captain?",),
        "year": ("In which year was the mill built?",),
        "when": ("When does the library open?", "On which day is the market?"),
        "percentage": ("What percentage of the boats leak?",),
        "temperature": ("What temperature is the water?",),
        "power": ("What power has the engine?",),
        "count": ("How many stops are there?", "How often does the ferry sail?"),
        "person": ("Who is the captain?", "With whom does she sail?"),
    },
    offers={
        "money": ("Children pay 2 crowns.", "Children are welcome."),
        "weight": ("It weighs 86 pounds.", "It is black."),
        "length": ("The tower is 40 metres high.", "The tower is high."),
        "hour": ("It opens at nine.", "It opens soon."),
        "colour": ("The tram is red.", "The tram is old."),
        "age": ("He is forty years old.", "He is old."),
        "year": ("It was built in 1871.", "It was built quickly."),
        "when": ("It is closed on Sundays.", "It is closed."),
        "percentage": ("A third of them leak.", "Nearly all leak."),
        "temperature": ("It has eleven degrees.", "It is fresh."),
        "power": ("The engine has 90 horsepower.", "The engine is loud."),
        "count": ("There are seven of them.", "There are many."),
        "person": ("It is Ada Lamb.", "Nobody knows it."),
    },
    no_type=("Where does the tram stop?", "When the mill failed, what were the men given?"),
    brief=("Who is the captain?", "How many stops are there?", "Is the library open?"),
    long=("How do I build a boat?", "Why is the mill closed?", "Compare the ferry with the bridge"),
    whether=("Is the library open on Sundays?", "May I bring a dog?"),
    about="What about dogs?",
    two=(
        (
            "When does the library open, and what does a card cost?",
            "When does the library open?",
            "what does a card cost?",
        ),
        ("Who opened the bakery and when?", "Who opened the bakery?", "when?"),
    ),
    one=("How and why was the mill built?", "When do the library and the museum open?"),
    comparisons=(
        Comparison(
            "Which is dearer, the tram or the ferry?", ("the tram", "the ferry"), "How much does the tram cost?"
        ),
        Comparison("Is the tower older than the bridge?", ("the tower", "the bridge"), "Is the tower older?"),
        Comparison("How do trams and ferries differ?", ("trams", "ferries"), "What is trams?"),
    ),
    no_comparison=("When does the library open?", "Is the way longer than ten metres?"),
    follow_ups=(
        FollowUp("And in winter?", "When does the library open in summer?", "library open", "summer"),
        FollowUp("And on Sundays?", "When does the museum open on Saturdays?", "museum open", "Saturdays"),
        FollowUp("And in June?", "When does the ferry sail in July?", "ferry sail", "July"),
        FollowUp("What about children?", "What do adults pay for a ticket?", "for a ticket", "adults"),
    ),
    who=("Who directs the tram?", "It is Dr. Ada Lamb.", "How old is she?", "Ada Lamb"),
    alone=("Which captain commands the ferry Chaika?",),
    file="file:minutes.txt Who was there?",
    documents=(
        ("# How to mount the wheel\n\nPut the wheel on the axle before the nuts.", "How do I mount the wheel?"),
        ("# Eagle Hill\n\nEagle Hill is a round building above the town.", "What is Eagle Hill?"),
        ("# Eagle Hill\n\nEagle Hill has 40 seats.", "How many seats does Eagle Hill have?"),
        ("Place: Harbour | Telephone: 123456", "What is the telephone of Harbour?"),
    ),
)
