"""OpenFGA's store files and matrices."""

from __future__ import annotations

from pathlib import Path

from tests.authz.suites.support import run_text

STORE = """
MODEL
name: Documents
tuples:
  - user: user:anne
    relation: owner
    object: document:1
tests:
  - name: checks
    description: of every kind
    tuples:
      - user: user:bob
        relation: editor
        object: document:1
        condition:
          name: is_cheap
          context: {price: 3}
    check:
      - user: user:anne
        object: document:1
        assertions: {owner: true, editor: true}
      - users: [user:bob, user:carl]
        objects: [document:1, document:2]
        context: {price: 30}
        assertions: {owner: false}
      - user: user:bob
        object: document:1
        assertions: {editor: true}
    list_objects:
      - user: user:bob
        type: document
        assertions:
          editor: [document:1]
          owner: []
    list_users:
      - object: document:1
        user_filter: [{type: user}]
        assertions:
          editor: {users: [user:bob, user:anne]}
      - object: document:1
        user_filter: [{type: group, relation: member}]
        assertions:
          viewer: {users: []}
  - name: without the tuples of the other
    check:
      - user: user:bob
        object: document:1
        assertions: {editor: false}
"""


async def test_a_store_file_passes() -> None:
    report = await run_text(STORE)

    assert report.failed == ()
    assert (report.name, report.passed_count) == ("Documents", 12)


async def test_tuples_come_from_files_of_every_kind(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- {user: user:a, relation: viewer, object: document:1}\n")
    (tmp_path / "b.json").write_text('[\n\t{"user": "user:b", "relation": "viewer", "object": "document:1"}\n]\n')
    (tmp_path / "c.jsonl").write_text('{"user": "user:c", "relation": "viewer", "object": "document:1"}\n\n')
    (tmp_path / "d.csv").write_text(
        "user_type,user_id,user_relation,relation,object_type,object_id,condition_name,condition_context\n"
        "user,d,,viewer,document,1,,\n"
        'user,e,,editor,document,1,is_cheap,"{""price"": 1}"\n'
        "group,g,member,viewer,document,1,,\n"
    )

    report = await run_text(
        """
        MODEL
        tuple_file: a.yaml
        tuple_files: [b.json, c.jsonl]
        tests:
          - tuple_file: d.csv
            list_users:
              - object: document:1
                user_filter: [{type: user}]
                assertions: {viewer: {users: [user:a, user:b, user:c, user:d, user:e]}}
              - object: document:1
                user_filter: [{type: group, relation: member}]
                assertions: {viewer: {users: [group:g#member]}}
        """,
        tmp_path,
    )

    assert report.failed == ()
    assert report.passed_count == 2


async def test_a_model_file_may_be_json_of_their_api(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(
        """{"schema_version": "1.1", "type_definitions": [{"type": "user"}, {"type": "document",
        "relations": {"viewer": {"this": {}}},
        "metadata": {"relations": {"viewer": {"directly_related_user_types": [{"type": "user"}]}}}}]}"""
    )

    report = await run_text(
        """
        model_file: model.json
        tuples: [{user: user:anne, relation: viewer, object: document:1}]
        tests: [{check: [{user: user:anne, object: document:1, assertions: {viewer: true}}]}]
        """,
        tmp_path,
    )

    assert report.is_passed
    assert report.passed_count == 1


async def test_the_stages_of_a_matrix_build_on_each_other_and_one_bad_model_fails_its_own_stage() -> None:
    model = "model\\n  schema 1.1\\ntype user\\ntype doc\\n  relations\\n    define viewer: [user]\\n"
    report = await run_text(f"""
        tests:
          - name: stages
            stages:
              - model: "{model}"
                tuples: [{{user: user:anne, relation: viewer, object: doc:1}}]
                checkAssertions:
                  - tuple: {{user: user:anne, relation: viewer, object: doc:1}}
                    expectation: true
                  - tuple: {{user: user:anne, relation: eater, object: doc:1}}
                    errorCode: 2022
                  - tuple: {{user: user:beth, relation: viewer, object: doc:1}}
                    contextualTuples: [{{user: user:beth, relation: viewer, object: doc:1}}]
                    expectation: true
              - model: "{model}"
                listObjectsAssertions:
                  - request: {{user: user:anne, type: doc, relation: viewer}}
                    expectation: [doc:1]
              - model: "this is none"
                listUsersAssertions:
                  - request: {{filters: [user], object: doc:1, relation: viewer}}
                    errorCode: 2000
        """)

    assert [each.is_passed for each in report.outcomes] == [True, True, True, True, False]
    assert report.failed[0].actual == "no model"
    assert not report.is_passed


async def test_a_model_that_could_not_be_saved_fails_no_foreign_suite() -> None:
    report = await run_text("""
        model: |
          model
            schema 1.1
          type user
          type doc
            relations
              define parent: [doc]
              define viewer: [user] but not viewer from parent
        tests: [{check: [{user: user:anne, object: doc:1, assertions: {viewer: false}}]}]
        """)

    assert len(report.problems) == 1
    assert report.is_passed
