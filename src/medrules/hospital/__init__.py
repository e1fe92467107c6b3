"""The hospital's side of rule packs: layers put together, versions by business time, and the engine that judges by them.

Takes → verified packs (medrules.packs.store), the hospital's overlay, facts. Gives → reports that say by which versions they were made,
the reason of each decision, and what a version in trial would change. Never → fetches anything, checks a signature, or writes where the
packs are; nothing here imports a network or a signing library.

    packs ─ layers (sources checked together) ─ overlay ─ Program ─ plan ─ one engine for each span of business time ─ report
"""
