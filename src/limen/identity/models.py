"""Accounts people sign in with, the links that invite them, and the phones that may hold grants."""

from typing import ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from limen.identity import naming


class Users(BaseUserManager["User"]):
    """Makes accounts."""

    def make(self, person_id: UUID) -> "User":
        """A new account without a password: nobody can sign in to it by one until it is set."""
        user = self.model(email=naming.name_of(person_id), person_id=person_id)
        user.set_unusable_password()
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """An account: a way to prove who one is, and the person it belongs to (an id of the room `people`).

    `email` is what allauth calls an account by, and holds a name (naming.py); the address is the person's, sealed in `people`.
    """

    email = models.EmailField[str, str](unique=True)
    person_id = models.UUIDField(null=True, unique=True)
    is_active = models.BooleanField[bool, bool](default=True)
    language = models.CharField[str, str](max_length=2, default="")

    objects: ClassVar[Users] = Users()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    @property
    def address(self) -> str:
        """Where mail for this account goes; empty while the person has no address."""
        return naming.address_of(self.email) or ""


class Invitation(models.Model):
    """A link that makes one account, once. Only the hash of its token is kept."""

    id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField(db_index=True)
    property_id = models.UUIDField()
    host_id = models.UUIDField(null=True)
    token_hash = models.BinaryField(unique=True, max_length=32)
    sent_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)


class Move(models.Model):
    """Another address for an account, asked for by staff and not confirmed yet: sealed, and its link kept as a hash. One per person."""

    id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField(unique=True)
    property_id = models.UUIDField()
    address = models.BinaryField()
    token_hash = models.BinaryField(unique=True, max_length=32)
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField()


class Phone(models.Model):
    """A phone or browser by its public key; removed, or left by a sign-out, never deleted, because locks must go on refusing it."""

    id = models.UUIDField(primary_key=True)
    person_id = models.UUIDField(db_index=True)
    public_key = models.BinaryField(unique=True, max_length=33)
    key8 = models.BinaryField(max_length=8)
    platform = models.CharField(max_length=7)
    name = models.CharField(max_length=60)
    token_hash = models.BinaryField(null=True, unique=True, max_length=32)
    registered_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
