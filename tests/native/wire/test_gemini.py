from native.models import ModelInfo
from native.wire.gemini import GEMINI_PLAIN, listed, one

MODELS = [ModelInfo("a", name="models/a", display_name="A", supported_generation_methods=("x",)), ModelInfo("b")]


def test_models_bear_googles_names():
    first, second = listed(MODELS)["models"]
    assert (first["name"], first["displayName"], first["supportedGenerationMethods"]) == ("models/a", "A", ("x",))
    assert second == {
        "name": "models/b",
        "displayName": "b",
        "description": "b",
        "supportedGenerationMethods": ["generateContent"],
    }


def test_a_model_is_found_with_or_without_its_folder():
    assert one(MODELS, "a") == one(MODELS, "models/a")
    assert one(MODELS, "b") == {"name": "models/b"}
    assert one(MODELS, "c") is None


def test_chunks_that_are_no_events_go_as_they_are():
    assert (GEMINI_PLAIN.frame(b"{}"), GEMINI_PLAIN.keep_alive) == (b"{}", b"")
