"""datamap: where data about people lie: systems, datasets, fields with their categories, references, sub-processors, backups.

Owns the map beside a policy, its checks against the policy and the live stores, the way from a proven identity to every
row that is a person's, the plan of an erasure, and the small protocol behind which stores lie. Serves GDPR art. 15, 17, 19,
20 and 30, PIPL art. 45, 47 and 55.
"""
