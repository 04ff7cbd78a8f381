"""The words messages are made of, in both languages; what goes into them is made harmless."""

from server.domain.message_templates import LANGUAGES, in_markdown
from server.services.queue_messages import Composed
from server.text import MESSAGES


def phrase(name: str, language: str, /, **facts: object) -> Composed:
    """One phrase, its facts made harmless unless they are composed already."""
    said = {
        key: fact if isinstance(fact, Composed) else in_markdown(str(fact))
        for key, fact in facts.items()
    }
    text: str = MESSAGES["phrases"][name][language]
    return Composed(text.format_map(said))


def phrases(name: str, /, **facts: object) -> dict[str, Composed]:
    """The phrase in every language."""
    return {language: phrase(name, language, **facts) for language in LANGUAGES}
