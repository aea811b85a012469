"""LaTeX: what a reader of the printed page sees, formulas as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.readers.reading import document_of, section_of, told

PAPER = r"""\documentclass[12pt]{article}
\usepackage{amsmath} % a comment
\newcommand{\kiln}[1]{the kiln #1}
\title{Rules of the \emph{kiln}}\author{Ada Marr}
\begin{document}\maketitle
\section{Opening hours}\label{sec:open}
The library opens at 9~a.m.\ and costs 5\% more, see~\cite{marr} and \href{https://example.org}{the page}.
Garc\'ia and Ib\'a\~nez, \textbf{bold} words\footnote{On Mondays.}; ``quoted''.% gone

\begin{itemize}
\item Bring \textit{clay}
\item[(b)] Pay 5\,\euro{} first
  \begin{enumerate}\item one \item two\end{enumerate}
\end{itemize}
\begin{description}\item[Rent] 640 euros\end{description}
\subsection*{Heat}
The law is $Q = mc\Delta T$ for \(n\) firings.
\begin{equation}\label{eq:1}
E = mc^2
\end{equation}
\begin{table}[ht]\caption{Prices}
\begin{tabular}{|l|r|}
\hline Item & Price \\ \hline
Bowl & 22 \\[2pt]
Jar \& lid & \multicolumn{1}{r}{30} \\ \hline
\end{tabular}\end{table}
\begin{lstlisting}[language=Python]
x = 5 % 2  # \section{no}
\end{lstlisting}
\begin{comment}
Nobody reads this.
\end{comment}
\end{document}
After the end.
"""


def test_a_paper_is_read_as_it_is_printed(tmp_path: Path) -> None:
    document = document_of(tmp_path, "a.tex", PAPER)
    assert told(document) == [
        ("title", "Rules of the kiln"),
        ("text", "Ada Marr"),
        ("title", "Opening hours"),
        (
            "text",
            "The library opens at 9 a.m. and costs 5% more, see [marr] and the page (https://example.org)."
            " García and Ibáñez, bold words (On Mondays.); “quoted”.",
        ),
        ("list", "- Bring clay"),
        ("list", "- (b) Pay 5 € first"),
        ("list", "1. one"),
        ("list", "2. two"),
        ("list", "- Rent: 640 euros"),
        ("title", "Heat"),
        ("text", "The law is Q = mcΔ T for n firings."),
        ("text", "E = mc^2"),
        ("text", "Prices"),
        ("row", "Item | Price"),
        ("row", "Item: Bowl | Price: 22"),
        ("row", "Item: Jar & lid | Price: 30"),
        ("code", r"x = 5 % 2  # \section{no}"),
    ]
    assert section_of(document, "E = mc^2") == ("Rules of the kiln", "Opening hours", "Heat")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\chapter{One}Words \unknown{stay} here.", "One\n\nWords stay here."),
        ("A \\textcolor{red}{warning} {\\large sign}.", "A warning sign."),
        (r"\[ a^2 + b^2 \] is a sum of 5\$.", "a^2 + b^2\n\nis a sum of 5$."),
        ("Line one\\\\Line two \\verb|x|", "Line one\nLine two |x|"),
        (
            r"\begin{frame}{Keys}\begin{block}{Where}Behind the clock.\end{block}\end{frame}",
            "Keys\n\nWhere\n\nBehind the clock.",
        ),
        (r"\begin{align*} a &= b \\ c &= d \end{align*}", "a = b ; c = d"),
        (
            r"\section[Short]{The long title} Text \S 5, 20\,\textdegree C, M\"uller, \c{c}a, na\"{\i}ve.",
            "The long title\n\nText §5, 20 °C, Müller, ça, naïve.",
        ),
        (r"An open brace \section{never ends", "An open brace\n\nnever ends"),
        (r"Price 5$ and open \begin{tabular}{l} a & b", "Price 5$ and open\n\na | b"),
        (
            r"\begin{frame}{News}\begin{itemize}\item<1-> It is \alert<2>{green}\end{itemize}\end{frame}",
            "News\n\n- It is green",
        ),
        (r"5 \texttimes 10\textsuperscript{6} of H\textsubscript{2}O at 900$^\circ$C.", "5 10⁶ of H₂O at 900°C."),
        (
            r"\begin{letter}{Ann}\opening{Dear Ann,}The rent is \pounds 640.\closing{Yours,}\end{letter}",
            "Ann\n\nDear Ann,\n\nThe rent is £640.\n\nYours,",
        ),
        ("<<Ключ>> у сторожа.", "«Ключ» у сторожа."),
        ("Сторож хранил ключ\\index{ключ} под ступенью.", "Сторож хранил ключ под ступенью."),
    ],
)
def test_pieces(tmp_path: Path, source: str, text: str) -> None:
    assert document_of(tmp_path, "a.tex", source).text == text
