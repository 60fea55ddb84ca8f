"""„War dieser Artikel hilfreich?“: one answer of each user to each article."""

from datetime import datetime

from accounts.models import User
from help.articles import Article
from help.models import Vote


def vote(*, user: User, article: Article, helpful: bool, comment: str = "", now: datetime) -> None:
    """Keep the user's answer in place of any earlier one."""
    answer = Vote(
        account=user.account,
        user=user,
        article=article.name,
        helpful=helpful,
        comment=comment,
        created_at=now,
    )
    changed = ["helpful", "comment", "created_at"]
    Vote.objects.bulk_create([answer], update_conflicts=True, unique_fields=["user", "article"], update_fields=changed)


def has_voted(user: User, article: Article) -> bool:
    """Return whether the user has answered for this article."""
    return Vote.objects.of(user.account).filter(user=user, article=article.name).exists()
