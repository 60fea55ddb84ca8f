"""„War dieser Artikel hilfreich?“: one answer of each user to each article."""

from datetime import datetime

from accounts.models import User
from help.articles import Article
from help.models import Vote


def vote(*, user: User, article: Article, helpful: bool, comment: str = "", now: datetime) -> None:
    """Keeps the user's answer. The first one counts: any further one changes nothing, also of two at once."""
    answer = Vote(
        account=user.account,
        user=user,
        article=article.name,
        helpful=helpful,
        comment=comment,
        created_at=now,
    )
    Vote.objects.bulk_create([answer], ignore_conflicts=True)


def has_voted(user: User, article: Article) -> bool:
    """Whether the user has answered for this article."""
    return Vote.objects.of(user.account).filter(user=user, article=article.name).exists()
