"""Deutsch: words of ``schema/library_questions.py``."""

from __future__ import annotations

from rag.text.languages.schema.library_questions import LibraryQuestionWords

LIBRARY_QUESTIONS = LibraryQuestionWords(
    which="welche, welcher, welches, welchen, welchem, was, was für, was für ein, was für eine",
    many="wie viele, wie vielen, wieviele, wie viel, anzahl, anzahl der, anzahl von, zahl der, gesamtzahl der, wie "
    "hoch ist die anzahl der, wie groß ist die anzahl der, wie hoch ist die gesamtzahl der, wie groß ist die "
    "gesamtzahl der",
    where="wo, worin",
    show="zeig, zeige, zeigen, liste, liste der, liste von, liste aller, auflisten, gib, nenne, nenn, finde, such, "
    "suche, suche nach, sag, sage, zähle auf, aufzählen, mir sagen, mir bitte sagen, uns sagen, finden, mach, mache, "
    "erstelle, erstell, schreib",
    documents="dokumente, dokumenten, dateien, unterlagen, jedes dokument, jede datei",
    document="dokument, dokuments, dokumentes, datei",
    have="habe, hab, hast, hat, haben, gibt es, es gibt, gibt's, gibts, gibt, ist, sind, war, waren, wird, werden, "
    "wurden, existieren, liegen, liegt, befinden sich, befindet sich, stecken, steckt, gespeichert, verfügbar, "
    "vorhanden, indiziert, eingelesen, geladen, hochgeladen, kennst, zugriff",
    contain="enthält, enthalten, beinhaltet, beinhalten",
    place="hier, hier drin, hierin, da drin, drin, sammlung, wissensbasis, bestand, im index",
    total="insgesamt, gesamt, im ganzen, bisher, bislang, derzeit, zurzeit, gerade, momentan, im moment, jetzt, "
    "aktuell",
    library="bibliothek, oaken",
    own="mein, meine, meiner, meinen, meinem, meines, unser, unsere, unserer, unseren, unserem, dein, deine, deiner, "
    "deinen, deinem",
    this="dies, diese, dieser, dieses, diesem, diesen, es, er, ihn, ihm, sie, ihnen, ihr, das hier, das zusammen, "
    "darin",
    about="über, bezüglich, betreffend, rund um, zum thema, zu dem thema",
    mention="erwähnt, erwähnen, erwähnung, nennen, nennt, handelt von, handeln von, spricht von, sprechen von, "
    "spricht über, sprechen über, behandelt, behandeln, beschäftigt sich mit, beschäftigen sich mit, befasst sich "
    "mit, befassen sich mit, geht es um, kommt, kommen, vorkommt, vorkommen, ist die rede von, ist von, sagen etwas "
    "über, sagt etwas über, sagen etwas zu, sagt etwas zu, bezieht sich auf, beziehen sich auf, mit dem wort, mit "
    "den wörtern, enthält das wort, enthalten das wort, steht etwas über, steht etwas zu, steht etwas von",
    say="sagt, sagen, steht, stehen, schreibt, schreiben, berichtet, erklärt, erzählt, besagt, heißt es, "
    "geschrieben, verfasst",
    summary="fasse, fass, fasst, zusammenfassen, zusammengefasst, kurz zusammengefasst, zusammenfassung, "
    "zusammenfassung von, zusammenfassung der, zusammenfassung des, kurzfassung, kurzfassung von, kurzfassung der, "
    "kurzfassung des, inhaltsangabe, inhaltsangabe von, inhaltsangabe der, inhaltsangabe des, überblick, überblick "
    "über, übersicht, übersicht über, kernaussagen, kernpunkte, hauptpunkte, hauptthemen, wichtigste punkte, "
    "wichtigsten punkte, themen, thema, in kürze, kurz gesagt, beschreibe, beschreib, tl;dr, tldr",
    newest="neueste, neuesten, neuestes, neuester, neuste, neusten, letzte, letzten, letztes, letzter, jüngste, "
    "jüngsten, aktuellste, aktuellsten, am neuesten, zuletzt, zuletzt geändert, zuletzt geänderte, zuletzt "
    "geänderten",
    oldest="älteste, ältesten, ältestes, ältester, früheste, frühesten, am ältesten",
    largest="größte, größten, größtes, größter, groesste, groessten, längste, längsten, längstes, umfangreichste, "
    "umfangreichsten, am größten, am längsten, am umfangreichsten",
    smallest="kleinste, kleinsten, kleinstes, kleinster, kürzeste, kürzesten, kürzestes, am kleinsten, am kürzesten",
    new="neu, neue, neuen, neuer, neues, neuigkeiten, hinzugefügt, hinzugefügte, hinzugefügten, hinzugekommen, "
    "dazugekommen, neu hinzugefügt, neu hinzugekommen, neu dazugekommen, importiert",
    duplicate="doppelt, doppelte, doppelten, mehrfach, duplikat, duplikate, gleich, gleiche, gleichen, dubletten, "
    "identisch, identische, identischen, gleichen inhalt, denselben inhalt, demselben inhalt",
    unread="nicht gelesen werden konnten, nicht gelesen werden konnte, nicht eingelesen werden konnten, konnten "
    "nicht gelesen werden, konnte nicht gelesen werden, können nicht gelesen werden, kann nicht gelesen werden, "
    "nicht gelesen werden, wurden nicht gelesen, wurde nicht gelesen, nicht gelesen, konnten nicht eingelesen "
    "werden, konnte nicht eingelesen werden, nicht eingelesen werden, nicht eingelesen, konntest du nicht lesen, "
    "kannst du nicht lesen, konnte oaken nicht lesen, kann oaken nicht lesen, ließen sich nicht lesen, lassen sich "
    "nicht lesen, nicht lesen, nicht lesbar, unlesbar, unlesbare, unlesbaren, ungelesen, ungelesene, ungelesenen, "
    "fehlgeschlagen, fehlgeschlagene, fehlgeschlagenen, schlugen fehl, gescheitert, scheiterten, übersprungen, ohne "
    "text, keinen text",
    kinds="arten von, art von, arten, typen von, typen, formate, formaten",
    languages="sprachen, sprache",
    folder="ordner, ordnern, ordners, verzeichnis, verzeichnisse, verzeichnissen, unterordner, unterordnern",
    since="seit, seit dem, seit der",
    time="heute, gestern, diese woche, in dieser woche, diesen monat, in diesem monat, dieses jahr, in diesem jahr, "
    "letzte woche, in der letzten woche, letzten monat, im letzten monat",
    within="in, im, aus, von, vom, innerhalb, unter",
    everything="alles, etwas, irgendetwas, irgendwas, informationen, alle informationen, gibt es etwas, gibt es "
    "informationen, hast du etwas, hast du informationen",
    section="abschnitt, abschnitts, kapitel, teil, absatz",
    filler="bitte, mal, mir, uns, ich, du, dir, dich, wir, der, die, das, den, dem, des, ein, eine, einen, einem, "
    "einer, eines, alle, aller, allen, sämtliche, jede, jedes, jeder, irgendwelche, kann, kannst, könntest, würdest, "
    "möchte, will, hallo, hi, hey, danke, genau, vollständig, vollständige, vollständigen, komplette, kompletten, "
    "ganze, ganzen, kurz, kurze, kurzen, auf, zusammen, vor, namens, denn, eigentlich, geben, und, rede",
    file_types={
        "pdf": "pdf-dateien, pdf-dokumente",
        "word": "word-dateien, word-dokumente",
        "markdown": "markdown-dateien",
        "html": "webseiten, html-dateien",
        "text": "textdateien",
        "slides": "powerpoint-dateien, powerpoint-präsentationen",
        "sheets": "excel-dateien, excel-tabellen",
        "csv": "csv-dateien",
        "json": "json-dateien",
        "image": "bilddateien, fotos",
    },
    language_names={
        "en": "englisch, auf englisch, englische, englischen",
        "es": "spanisch, auf spanisch, spanische, spanischen",
        "ru": "russisch, auf russisch, russische, russischen",
        "de": "deutsch, auf deutsch, deutsche, deutschen",
        "fr": "französisch, auf französisch, französische, französischen",
        "it": "italienisch, auf italienisch, italienische, italienischen",
        "pt": "portugiesisch, auf portugiesisch, portugiesische, portugiesischen",
        "uk": "ukrainisch, auf ukrainisch, ukrainische, ukrainischen",
    },
    file_kinds="dateitypen, dateiformate, dateiformaten, dateiarten, dateiendungen, dokumenttypen, dokumentarten",
    on="zu, zum, zur",
    about_what="worum geht es, worum geht es in, worum geht es im, worum geht es bei, worum geht's in, um was geht "
    "es in, wovon handelt, wovon handeln, was behandelt, was behandeln, worüber spricht, was enthält, was enthalten",
)
