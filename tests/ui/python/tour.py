"""Python as a data scientist would write it. It was written before the API; test_library.py runs it."""

import asyncio

import oaken

lib = oaken.open("papers", create=True)
report = lib.ingest(FOLDER)  # noqa: F821  # the test gives it
failed = report.frame().query("outcome != 'indexed'")[["source", "reason"]]
per_language = lib.documents().frame().groupby("language").chunks.sum()
hits = lib.search("paddles of the mill wheel", k=3, types=["txt"])
best = hits.frame().iloc[0]
answer = lib.ask("How many paddles does the mill wheel have?", prose=False)
print(answer)
proof = answer.quotes[0]
view = proof.open()
follow_up = lib.ask("And who was the miller?", after=answer, prose=False)
pieces = list(lib.stream("When is flour sold?", prose=False))
both = asyncio.run(lib.aask("¿Cuánto cuesta una hogaza de centeno?", prose=False))
why = answer.explain()
follow_up.vote(-1, labels=["incomplete"])
answer.vote(1)
questions = [{"question": "What was the miller's name?", "answers": ["Tobias Wren"], "source": "mill.txt"}]
figures = lib.evaluate(questions).figures
vectors = lib.vectors()
lib.close()
