"""The index: what a process knows of all tuples at one revision, and its answers."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from app.authz.engine.grants import Grant
from app.authz.engine.index import granted, listing, subject_pages
from app.authz.engine.index.answers import Answers, Asked
from app.authz.engine.index.asking import walk_now
from app.authz.engine.index.batches import ALLOWED, DENIED, check_in_turns
from app.authz.engine.index.crowds import Closure
from app.authz.engine.index.evaluate import Evaluation
from app.authz.engine.index.plans import Compiled, Plan
from app.authz.engine.index.reader import StoreReader
from app.authz.engine.index.rows import Row
from app.authz.engine.index.store import Change, Store
from app.authz.engine.index.views import View
from app.authz.engine.listing import Bounds, FoundObjects, ObjectQuery, SubjectPage, SubjectQuery
from app.authz.engine.lookups import Fact, Holding, Lookup
from app.authz.engine.policies import Judgement, PolicyName, judge_policies
from app.authz.engine.resolve import Pending, Resolution, Ruleset, find_problem
from app.authz.engine.turns import SLICE_SECONDS
from app.authz.engine.values import FALSE, UNDECIDED
from app.authz.errors import WorkExceeded
from app.authz.types.answers import Check, Context, Decision, PlainQuestion
from app.authz.types.tuples import EntityRef, SubjectRef
from app.kit import clock

_NO_CONTEXT: Final[dict[str, Any]] = {}


class Index:
    """Answers from memory what `resolve` answers from any reader; it is a reader itself.

    Made by `build` or a `Builder`. Changes come by `apply`, between questions.

    Attributes:
        revision: that of the tuples.
    """

    def __init__(self, rules: Ruleset, store: Store, revision: int) -> None:
        self.revision = revision
        self._store = store
        self._schedule = store.schedule
        self._views: list[View] = []
        self._adopt(rules)

    @classmethod
    def build(cls, rules: Ruleset, rows: Iterable[Row], revision: int) -> Index:
        """An index of these rows, each of a key of its own.

        Raises:
            ValueError: two types of the schema have one id.
        """
        from app.authz.engine.index.build import Builder

        builder = Builder(rules)
        builder.add(rows)
        return builder.finish(revision)

    @property
    def rules(self) -> Ruleset:
        """The models in force."""
        return self._compiled.rules

    def recompile(self, rules: Ruleset) -> None:
        """Put other models in force. Tuples are kept, also those that these do not allow."""
        for view in self._views:
            view.lose()
        self._store.adopt(rules.schema)
        self._adopt(rules)

    def _adopt(self, rules: Ruleset) -> None:
        self._meets_policies = False
        self._compiled = Compiled(rules, self._store)
        self._reader = StoreReader(self._store, rules.schema)
        shelves = self._compiled.closures.shelves
        self._doors = {name: (shelf.known.young, shelf.find) for name, shelf in shelves.items()}
        self._answers = Answers(self._compiled, rules.schema.types)
        self._known = self._answers.known

    def apply(self, revision: int, deletes: Iterable[Row], inserts: Iterable[Row]) -> None:
        """Follow one write: what it deleted, then what it created. Of what is deleted only the key counts."""
        now = clock.now()
        for row in deletes:
            self._follow(self._store.remove(row))
        for row in inserts:
            self._follow(self._store.insert(row, now))
        self._settle()
        self.revision = revision

    def catch_up(self) -> None:
        """Let begin and end what is due. Every answer does so by itself."""
        due = self._schedule.due
        if due is not None and due <= (now := clock.now()):
            self._follow(self._store.take_due(now))
            self._settle()

    def _follow(self, changes: Iterator[Change]) -> None:
        for change in changes:
            self._compiled.forget(change)
            self._answers.forget((change.table.kind.id, change.table.relation))
            for view in self._views:
                view.note(change)
            self._meets_policies |= change.table.policies > 0 and not self._compiled.heeds(change.table)

    def _settle(self) -> None:
        """Once for all changes. INVARIANT: nothing is answered between a change and this."""
        if self._meets_policies:
            # The first policy on a tuple of a relation: sets alone do not decide any more what rests on it.
            self._adopt(self.rules)
        self._compiled.closures.flush()

    @contextmanager
    def view(self, plan: Plan | None = None) -> Iterator[View]:
        """What the index holds now, for the time of the block, in which it may go on.

        Args:
            plan: all that is asked; None if that is more.
        """
        self.catch_up()
        view = View(self.rules, self._reader, self._compiled.places_of(plan) if plan else None)
        self._views.append(view)
        try:
            yield view
        finally:
            self._views.remove(view)

    def check(
        self,
        subject_type: str,
        subject_id: str,
        subject_relation: str,
        action: str,
        entity_type: str,
        entity_id: str,
        context: Context = _NO_CONTEXT,
    ) -> Resolution | Pending:
        """May the subject do this? Where policies have a say, it says which have to be asked."""
        if self._schedule.due is not None:
            self.catch_up()
        asked = (subject_id, entity_id, action, subject_type, subject_relation)
        try:
            answer = self._known[entity_type].get(asked)
        except KeyError:
            answer = None
        return self._find_out(entity_type, asked, context) if answer is None else answer

    def _find_out(self, entity_type: str, asked: Asked, context: Context) -> Resolution | Pending:
        """Answer what is not known."""
        subject_id, entity_id, action, subject_type, subject_relation = asked
        plan = self._compiled.plan(entity_type, action)
        door = self._doors.get(subject_type)
        nodes = door[0].get(subject_id) or door[1](subject_id) if door and not subject_relation else None
        if plan is None or nodes is None or not plan.is_quick:
            subject = SubjectRef(subject_type, subject_id, subject_relation)
            slow = self._check_slowly(Check(subject, action, EntityRef(entity_type, entity_id), context))
            if plan is None or nodes is None or plan.has_conditions or isinstance(slow, Pending) or slow.problem:
                return slow
            answer: Resolution | None = slow
        else:
            answer = plan.find_bypass(nodes) if plan.bypasses else None
        if answer is None:
            answer = ALLOWED if plan.ask(nodes, entity_id) else DENIED
        self._answers.keep(entity_type, asked, plan, answer)
        return answer

    async def check_many(self, checks: Sequence[Check], *, judge: Judgement = judge_policies) -> list[Resolution]:
        """Answer checks in their order, from one state, policies asked; each has its own problem, if it has one.

        The event loop has its turns.
        """
        while True:
            with self.view() as view:
                found = await check_in_turns(self, view, checks, judge)
            if not view.is_lost:
                return found

    async def ask_many(
        self, questions: Sequence[PlainQuestion], *, judge: Judgement = judge_policies
    ) -> list[Resolution]:
        """As `check_many`, without an object for each question; none has contextual tuples."""
        found: list[Resolution] = []
        ends_at = time.perf_counter() + SLICE_SECONDS
        for subject, action, entity_type, entity_id, context in questions:
            answer = self.check(subject.type, subject.id, subject.relation, action, entity_type, entity_id, context)
            if isinstance(answer, Pending) or time.perf_counter() > ends_at:
                break
            found.append(answer)
        if len(found) == len(questions):
            return found
        checks = [Check(*each[:2], EntityRef(*each[2:4]), each[4]) for each in questions]
        return await self.check_many(checks, judge=judge)

    def _check_slowly(self, check: Check) -> Resolution | Pending:
        problem = find_problem(self.rules.schema, check)
        if problem is not None:
            return Resolution(Decision.DENIED, problem)
        plan = self._compiled.plan(check.entity.type, check.action)
        assert plan is not None
        subject = check.subject
        nodes = None if subject.relation else self._doors[subject.type][1](subject.id)
        if nodes is None or plan.is_tangled:
            return walk_now(self.rules, self._reader, check, is_thorough=plan.policy is not None)
        return plan.find_bypass(nodes) or self._evaluate(check, plan, nodes)

    def _evaluate(self, check: Check, plan: Plan, nodes: Closure) -> Resolution | Pending:
        evaluation = Evaluation(self._compiled.evaluation, nodes, check.context)
        try:
            value = evaluation.value(plan.program, plan.numbers.get(check.entity.id))
        except WorkExceeded as problem:
            return Resolution(Decision.UNDECIDED, problem)
        if value == FALSE:
            return DENIED
        if value == UNDECIDED or (plan.policy is not None and plan.has_conditions):
            # Only the walk knows which condition it was, and whether a tuple with one alone suffices.
            return walk_now(self.rules, self._reader, check, is_thorough=plan.policy is not None)
        if plan.policy is None:
            return ALLOWED
        return Pending(check, (PolicyName(plan.scope, plan.policy),), is_last=True)

    async def list_objects(
        self, query: ObjectQuery, *, after: str | None = None, limit: int, judge: Judgement = judge_policies
    ) -> tuple[FoundObjects, int]:
        """A page of the entities in the order of their ids, and how many there are in all, from one state.

        Where each has to be checked, the event loop has its turns.

        Args:
            after: the id that the page comes after; it need not be in the list.

        Raises:
            WorkExceeded: too many to be found where each has to be checked.
        """
        self.catch_up()
        found = listing.list_sets(self, query, after, limit)
        while found is None:
            with self.view(self._compiled.plan(query.type, query.action)) as view:
                found = await listing.list_checked(self, view, query, after=after, limit=limit, judge=judge)
            if view.is_lost:
                found = None
        return found

    async def list_subjects(
        self, queries: Sequence[SubjectQuery], *, bounds: Bounds, judge: Judgement = judge_policies
    ) -> list[SubjectPage]:
        """A page of the subjects of each query, and how many there are in all, from one state.

        The event loop has its turns.

        Raises:
            WorkExceeded: too many usersets, or, where each has to be checked, too many to be found.
            TooSlow: they take too long.
        """
        return await subject_pages.list_subjects(self, queries, bounds, judge)

    async def find_grants(self, subject: SubjectRef, types: Sequence[str]) -> tuple[list[Grant], bool]:
        """Every permission that the subject has on some types, and whether single entities were left out.

        They are those of `app.authz.engine.grants.find_grants`, found by sets where these suffice.
        """
        while True:
            with self.view() as view:
                found = await granted.find_grants(self, view, subject, types)
            if not view.is_lost:
                return found

    async def read(self, lookups: Sequence[Lookup]) -> list[list[Fact]]:
        """The facts of each lookup: the index as a `TupleReader`."""
        self.catch_up()
        return [self._reader.facts(each) for each in lookups]

    async def read_holdings(self, holdings: Sequence[Holding]) -> list[list[Fact]]:
        """The facts of each holding: the index as a `TupleReader`."""
        self.catch_up()
        return [self._reader.holdings(each) for each in holdings]

    @property
    def compiled(self) -> Compiled:
        """What follows from the models in force."""
        return self._compiled

    @property
    def answers(self) -> Answers:
        """What was answered since the last change."""
        return self._answers

    @property
    def store(self) -> Store:
        """The tuples."""
        return self._store

    def statistics(self) -> dict[str, int]:
        """Counts of tuples; they depend on the tuples alone, not on how they came."""
        return self._store.statistics()
