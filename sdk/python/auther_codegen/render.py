"""Plans as Python text. The text is formatted afterwards, so only its meaning counts here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auther_codegen.plans import Attribute, Class, Union

PACKAGE = "auther_client.generated"
_NOTICE = "Written by `python -m auther_codegen`; changes are lost."


def module(docstring: str, imports: Iterable[str], body: Iterable[str]) -> str:
    """A module's text."""
    lines = [f'"""{docstring}\n\n{_NOTICE}\n"""', "from __future__ import annotations", *imports, *body]
    return "\n\n".join(lines) + "\n"


def imported(module_name: str, names: Iterable[str]) -> list[str]:
    """An import of these names; nothing when there are none."""
    wanted = sorted(set(names))
    return [f"from {PACKAGE}.{module_name} import ({', '.join(wanted)})"] if wanted else []


def declaration(plan: Class | Union) -> str:
    """A class or union."""
    return class_text(plan) if isinstance(plan, Class) else _union_text(plan)


def class_text(plan: Class, base: str = "Result") -> str:
    """A model."""
    lines = [f"class {plan.name}({', '.join(plan.bases) or base}):"]
    if plan.description:
        lines += [f'    """{_docstring(plan.description)}"""', ""]
    lines += [line for each in plan.attributes for line in _attribute_lines(each)]
    return "\n".join(lines if len(lines) > 1 else [*lines, "    pass"])


def enum_text(name: str, values: Sequence[tuple[str, str]], description: str) -> str:
    """An enumeration; values with their descriptions."""
    lines = [f"class {name}(OpenEnum):"]
    if description:
        lines += [f'    """{_docstring(description)}"""', ""]
    for value, meaning in values:
        lines.append(f'    {value} = "{value}"')
        if meaning:
            lines.append(f'    """{_docstring(meaning)}"""')
    return "\n".join(lines)


def _attribute_lines(each: Attribute) -> list[str]:
    default = each.default
    if each.alias:
        default = f'Field({default + ", " if default else ""}alias="{each.alias}")'
    line = f"    {each.name}: {each.annotation}{f' = {default}' if default else ''}"
    return [line, f'    """{_docstring(each.description)}"""'] if each.description else [line]


def _union_text(plan: Union) -> str:
    members = [f'Annotated[{class_name}, Tag("{type_name}")]' for type_name, class_name in plan.members]
    others = f'Annotated[{plan.other}, Tag("{OTHER}")]'
    known = ", ".join(f'"{type_name}"' for type_name, _ in plan.members)
    union = " | ".join([*members, others])
    return f"{plan.name} = Annotated[{union}, Discriminator(by_typename({known}))]"


def _docstring(text: str) -> str:
    words = " ".join(text.split()).replace("\\", "\\\\")
    return words if not words.endswith('"') else f"{words} "


OTHER = "other"
