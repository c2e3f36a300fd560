"""Flink's REST API, as much of it as starting a cluster takes."""

import http.client
import json

_TIMEOUT_S = 10


def get(address, path):
    """The answer to a GET, read as JSON; an OSError where there is none, as while the JobManager starts."""
    connection = http.client.HTTPConnection(address, timeout=_TIMEOUT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise OSError(f"{address}{path} answers {answer.status}")
        return json.loads(body)
    except (http.client.HTTPException, ValueError) as failure:  # cut off, or not yet an answer of Flink's
        raise OSError(f"{address}{path}: {failure}") from failure
    finally:
        connection.close()


def task_managers(address):
    """The port of each registered TaskManager's RPC by its name."""
    # Its "path" is akka.tcp://flink@127.0.0.1:PORT/user/rpc/taskmanager_0.
    found = get(address, "/taskmanagers")["taskmanagers"]
    return {each["id"]: int(each["path"].split("/")[2].rsplit(":", 1)[1]) for each in found}
