"""What readers and editors are told, in their language. The English is the message itself."""

from newsbot.i18n.catalog import N_, Catalog, Translator, language_name, spoken_languages

__all__ = ["N_", "Catalog", "Translator", "language_name", "spoken_languages"]
