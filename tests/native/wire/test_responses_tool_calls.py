from native.wire.responses_tool_calls import MOST, Session, Sessions


def a_call(number):
    return {"type": "function_call", "call_id": f"c{number}", "name": "f", "arguments": "{}"}


def a_result(number):
    return {"type": "function_call_output", "call_id": f"c{number}", "output": "ok"}


def test_a_session_lives_as_long_as_one_of_its_connections():
    sessions = Sessions()
    first, second = sessions.join("s"), sessions.join("s")
    assert first is second
    sessions.leave("s")
    assert sessions.join("s") is first
    sessions.leave("s")
    sessions.leave("s")
    assert len(sessions) == 0
    assert sessions.join("s") is not first


def test_a_connection_without_a_name_has_no_session():
    sessions = Sessions()
    assert sessions.join("") is None
    sessions.leave("")
    assert len(sessions) == 0


def test_the_oldest_is_forgotten_first():
    session = Session()
    for number in range(MOST + 1):
        session.note_answer({"type": "response.output_item.done", "item": a_call(number)})
    assert len(session.calls) == MOST
    assert "c0" not in session.calls
    assert session.mended({"input": [a_result(0), a_result(1)]}) == {"input": [a_call(1), a_result(1)]}


def test_a_complete_request_is_the_same_object():
    body = {"input": [a_call(1), a_result(1), "odd", None]}
    assert Session().mended(body) is body
    assert Session().mended(odd := {"input": "text"}) is odd


def test_a_result_that_continues_an_answer_needs_no_call():
    body = {"input": [a_result(1)], "previous_response_id": "r1"}
    assert Session().mended(body) is body


def test_a_call_without_an_id_is_left_out_and_so_is_a_result():
    nameless = [{"type": "function_call"}, {"type": "function_call_output", "call_id": " "}]
    assert Session().mended({"input": nameless}) == {"input": []}


def test_a_call_put_back_once_serves_all_its_results():
    session = Session(calls={"c1": a_call(1)})
    assert session.mended({"input": [a_result(1), a_result(1)]})["input"] == [a_call(1), a_result(1), a_result(1)]
