"""decide: one question, or ten million, answered from a policy and the facts alone; pure.

Owns questions, answers, the naive interpreter that specifies them and the engines held equal to it. An answer depends on
the bundle, the facts and nothing else. Serves the first and third truth: default deny, deterministic and replayable.
"""
