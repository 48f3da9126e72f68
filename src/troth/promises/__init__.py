"""promises: what can be said of every promise at an instant, and on what evidence.

Owns the control registry, verdicts, self-tests, probe results and the board. Nouns: control, verdict, grade, look,
breach, self-test. Serves the eleventh truth; GDPR art. 5(2).
"""
