from tests.graph.support import *
from tests.support import *
from app.sessions.service import begin_session
from app.kit.actor import SYSTEM
async def test_try(database):
    admin = await make_admin()
    for n in range(3):
        u = await make_user(f"u{n}@example.com", name=f"N{n}")
        await commit(begin_session(SYSTEM, u, amr=("pwd",), acr="1", browser_id="b"))
    a = as_user(admin)
    from app.signing.service import ensure_keys
    await commit(ensure_keys())
    vs = {"id": u.id, "search": "u1", "input": {"id": u.id}}
    for path, doc in console_documents().items():
        v = {k: x for k, x in vs.items() if "$"+k in doc}
        if path.endswith("UserCreate.graphql"): v={"input":{"email":"new@example.com","sendInvitation":True}}
        if path.endswith("ClientCreate.graphql"): v={"input":{"name":"x","kind":"WEB","redirectUris":["https://a.example/cb"]}}
        with counted_statements() as st:
            r = await execute(doc, v, actor=a)
        print(path, len(st), str(r)[:600], "\n")
