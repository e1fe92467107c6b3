"""Getting new packs into the store: fetched, verified, checked, loaded on trial, recorded, activated.

Takes → site.toml, a store, a clock, a way to fetch, a way to try. Gives → what changed, or what kept it from changing; the last good packs
stay active whatever happens. Never → is imported by anything that evaluates: this is the one part of the hospital's side that needs the
libraries of trust and, perhaps, a network.
"""
