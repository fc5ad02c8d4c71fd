"""Makes the runs of recurring runs ready, with the rights of who made the recurring run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from headrace.controller.recurring import Tick
from headrace.errors import PermissionDenied, TooManyRequests
from headrace.server.catalog import source_of_recurring
from headrace.server.security.tokens import SERVICE, service_namespace
from headrace.server.services import Services, Submission
from headrace.store import NewRun, RecurringRun

_MAY_RUN = frozenset({"editor", "admin"})
_MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class ServedTicks:
    """Prepares the run of a tick.

    Attributes:
        admins: Users who may do everything.
    """

    services: Services
    admins: Collection[str] = ()

    def prepare(self, tick: Tick) -> NewRun:
        """Return the run of a tick, ready to be created.

        Raises:
            HeadraceError: There can be none: its pipeline is gone, or who made the recurring run
                may not run things there any more.
        """
        recurring = tick.recurring
        self._check_rights(recurring)
        self._check_quota(recurring.namespace)
        source, version_id = source_of_recurring(self.services, recurring)
        options: Mapping[str, Any] = recurring.options
        return self.services.runs.prepare(
            Submission(
                document=source.spec,
                platform=source.platform,
                parameters=recurring.parameters,
                name=tick.name,
                namespace=recurring.namespace,
                experiment=recurring.experiment,
                description=recurring.description,
                service_account=recurring.service_account,
                pipeline_id=recurring.pipeline_id,
                version_id=version_id,
                cache=options.get("cache"),
                pipeline_root=recurring.pipeline_root or None,
                submitted_by=recurring.created_by,
                run_id=tick.run_id,
                recurring_run_id=recurring.id,
                scheduled_at=tick.at,
                index=tick.index,
                fail_fast=bool(options.get("fail_fast", False)),
                deadline_s=options.get("deadline_s"),
                extra={k: v for k, v in options.items() if k == "plugins_input"},
            )
        )

    def _check_rights(self, recurring: RecurringRun) -> None:
        user = recurring.created_by
        if self.services.settings.mode == "single":
            return
        account = recurring.service_account
        namespace = self.services.store.namespace(recurring.namespace)
        if account and account not in namespace.service_accounts:
            message = f"runs in {recurring.namespace} may not use the service account {account}"
            raise PermissionDenied(message, hint="ask an administrator to allow it")
        if user in self.admins:
            return
        if user.startswith(SERVICE) and self._is_live(user, recurring.namespace):
            return
        members = self.services.store.members(namespace=recurring.namespace, user=user)
        if not any(member.role in _MAY_RUN for member in members):
            message = f"{user or 'nobody'} may not start runs in {recurring.namespace} any more"
            raise PermissionDenied(message, hint="let a member create the recurring run anew")

    def _check_quota(self, namespace: str) -> None:
        """Let the tick wait while the namespace has submitted as many runs as it may.

        Raises:
            TooManyRequests: It has.
        """
        if self.services.settings.mode == "single":
            return
        store, now = self.services.store, self.services.clock.now()
        most = store.namespace(namespace).quota.runs_per_minute
        if most is not None and store.usage(namespace, since=now - _MINUTE_S).created_runs >= most:
            message = f"namespace {namespace} may submit {most} runs per minute"
            raise TooManyRequests(message, retry_after_s=_MINUTE_S / max(most, 1))

    def _is_live(self, user: str, namespace: str) -> bool:
        """Say whether a service of the namespace has a token left with which it may start runs."""
        now = self.services.clock.now()
        return service_namespace(user) == namespace and any(
            token.revoked_at is None
            and (token.expires_at is None or token.expires_at > now)
            and token.role in _MAY_RUN
            for token in self.services.store.tokens(user=user)
        )
