"""Words for RandomPet, chosen by ourselves: 24 adverbs, 64 adjectives, 64 names."""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


ADVERBS = _words(
    "ably boldly briskly calmly clearly deeply duly early evenly fairly finely firmly "
    "gently gladly keenly kindly lightly neatly nicely openly safely smoothly truly warmly"
)

ADJECTIVES = _words(
    "able amber apt blue bold brave bright brisk calm clear cosmic crisp daring deft eager "
    "early easy fair fast fine firm fleet fond frank fresh gentle glad golden good grand "
    "green happy hardy honest humble jolly keen kind light lively loyal lucky mellow merry "
    "neat nimble noble open patient prime proud quick quiet ready smart solid steady sunny "
    "sure swift tidy true warm witty"
)

NAMES = _words(
    "adder alpaca ant badger bat bear beaver bee bison boar camel cat cobra colt crab crane "
    "crow deer dingo dove duck eagle elk emu falcon ferret finch fox frog gecko goat goose "
    "gull hare hawk hen heron horse ibex jay kiwi koala lamb lark lemur lion lynx mole moose "
    "moth mule newt otter owl panda pony puma ram raven robin seal swan tiger wolf"
)
