"""What every part of a configuration is: a pydantic model with the YAML's spelling. Law: a null is an absent key."""

from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class Section(BaseModel):
    """A part of the file: kebab-case keys, unknown ones ignored, null for absent."""

    model_config = ConfigDict(alias_generator=_kebab, populate_by_name=True, extra="ignore", coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, data: Any) -> Any:
        return {k: v for k, v in data.items() if v is not None} if isinstance(data, dict) else data
