"""Remember: entities, links, inbox, outbox, history. SQLAlchemy, short synchronous transactions."""
