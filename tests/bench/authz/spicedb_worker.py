"""Runs under the Python of the peers' directory, not ours: SpiceDB in this process, asked by lines of JSON.

Requests are made before the clock starts. What is timed is `CheckPermission` through the library's C interface,
SpiceDB's own gRPC layer over its in-memory transport included; no socket.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

import grpc
from authzed.api.v1 import (
    CheckBulkPermissionsRequest,
    CheckBulkPermissionsRequestItem,
    CheckPermissionRequest,
    CheckPermissionResponse,
    Consistency,
    LookupResourcesRequest,
    ObjectReference,
    Relationship,
    RelationshipUpdate,
    SubjectReference,
    WriteRelationshipsRequest,
)
from authzed.api.v1.permission_service_pb2_grpc import PermissionsServiceStub
from spicedb_embedded import EmbeddedSpiceDB, SpiceDBError, ffi

BATCH = 1_000
FRESH = Consistency(fully_consistent=True)
QUICK = Consistency(minimize_latency=True)


class Worker:
    """One instance, and the requests that were made for it."""

    def __init__(self) -> None:
        self.instance: EmbeddedSpiceDB | None = None
        self.bytes: list[bytes] = []

    def start(self, schema: str) -> dict[str, Any]:
        if self.instance is not None:
            self.instance.close()
        self.instance = EmbeddedSpiceDB.start(schema)
        return {}

    def load(self, path: str) -> dict[str, Any]:
        before, started, count = resident(), time.perf_counter(), 0
        with open(path, encoding="utf-8") as lines:
            for batch in batches(line.rstrip("\n").split("\t") for line in lines):
                count += len(batch)
                self.write(batch)
        return {"count": count, "seconds": time.perf_counter() - started, "bytes": resident() - before}

    def write(self, facts: list[list[str]]) -> dict[str, Any]:
        started = time.perf_counter()
        touch = RelationshipUpdate.Operation.OPERATION_TOUCH
        updates = [RelationshipUpdate(operation=touch, relationship=relationship(*fact)) for fact in facts]
        self.instance.permissions().WriteRelationships(WriteRelationshipsRequest(updates=updates))
        return {"seconds": time.perf_counter() - started}

    def check(self, questions: list[list[str]]) -> dict[str, Any]:
        answers: list[bool | str | None] = []
        for question in questions:
            try:
                answer = self.instance.permissions().CheckPermission(check_request(FRESH, *question))
                answers.append({1: False, 2: True}.get(answer.permissionship))
            except (RuntimeError, SpiceDBError, grpc.RpcError) as error:
                answers.append(str(error))
        return {"answers": answers}

    def prepare(self, questions: list[list[str]], batch: int) -> dict[str, Any]:
        if batch == 1:
            self.bytes = [check_request(QUICK, *each).SerializeToString() for each in questions]
        else:
            self.bytes = [bulk_request(part) for part in batches(iter(questions), batch)]
        return {}

    def rate(self, batch: int) -> dict[str, Any]:
        name = "spicedb_permissions_check_permission" if batch == 1 else "spicedb_permissions_check_bulk_permissions"
        call, handle = getattr(ffi, name), self.instance._handle
        times, used, started = [], time.process_time(), time.perf_counter()
        now = time.perf_counter_ns
        for request in self.bytes:
            begun = now()
            call(handle, request)
            times.append(now() - begun)
        seconds, busy = time.perf_counter() - started, time.process_time() - used
        return {"seconds": seconds, "cpu": busy, "times_us": [each / 1_000 for each in times]}

    def answers(self) -> dict[str, Any]:
        """The answers to the single checks that were prepared."""
        found = []
        for request in self.bytes:
            answer = CheckPermissionResponse()
            answer.ParseFromString(ffi.spicedb_permissions_check_permission(self.instance._handle, request))
            found.append({1: False, 2: True}.get(answer.permissionship))
        return {"answers": found}

    def list(self, queries: list[list[str]]) -> dict[str, Any]:
        stub = PermissionsServiceStub(self.instance.channel())
        found, times = [], []
        for entity_type, permission, *subject in queries:
            request = LookupResourcesRequest(
                consistency=FRESH,
                resource_object_type=entity_type,
                permission=permission,
                subject=subject_reference(*subject),
            )
            started = time.perf_counter()
            try:
                found.append(sorted(each.resource_object_id for each in stub.LookupResources(request)))
            except (RuntimeError, SpiceDBError, grpc.RpcError) as error:
                found.append(str(error))
            times.append((time.perf_counter() - started) * 1_000)
        return {"found": found, "times_ms": times}


def subject_reference(kind: str, name: str, relation: str = "") -> SubjectReference:
    return SubjectReference(object=ObjectReference(object_type=kind, object_id=name), optional_relation=relation)


def relationship(kind: str, name: str, relation: str, *subject: str) -> Relationship:
    resource = ObjectReference(object_type=kind, object_id=name)
    return Relationship(resource=resource, relation=relation, subject=subject_reference(*subject))


def check_request(consistency: Consistency, kind: str, name: str, permission: str, *subject: str) -> Any:
    resource = ObjectReference(object_type=kind, object_id=name)
    return CheckPermissionRequest(
        consistency=consistency, resource=resource, permission=permission, subject=subject_reference(*subject)
    )


def bulk_request(questions: list[list[str]]) -> bytes:
    items = [
        CheckBulkPermissionsRequestItem(
            resource=ObjectReference(object_type=kind, object_id=name),
            permission=permission,
            subject=subject_reference(*subject),
        )
        for kind, name, permission, *subject in questions
    ]
    return CheckBulkPermissionsRequest(consistency=QUICK, items=items).SerializeToString()


def batches(items: Iterator[Any], size: int = BATCH) -> Iterator[list[Any]]:
    while batch := [item for _, item in zip(range(size), items, strict=False)]:
        yield batch


def resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    # The library logs to standard output: answers get a descriptor of their own.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    worker = Worker()
    for line in sys.stdin:
        given = json.loads(line)
        try:
            told = getattr(worker, given.pop("do"))(**given)
        except Exception as error:  # noqa: BLE001
            told = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(told) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
