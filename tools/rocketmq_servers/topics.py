"""Topics on running servers: made, deleted, and when clients can see them."""

import time

from . import remoting
from loopback.problem import Problem

_VISIBLE_LIMIT_S = 20


def create(name_servers, brokers, topic, queues):
    """Makes the topic, or changes its number of queues, on each broker address; returns when all name servers have its
    route."""
    for broker in brokers:
        remoting.ask(broker, remoting.UPDATE_AND_CREATE_TOPIC,
                     {"topic": topic, "defaultTopic": "TBW102", "readQueueNums": queues, "writeQueueNums": queues,
                      "perm": 6, "topicFilterType": "SINGLE_TAG", "topicSysFlag": 0, "order": "false"})
    limit = time.monotonic() + _VISIBLE_LIMIT_S
    for name_server in name_servers:
        while not _has_route(name_server, topic, brokers, queues):
            if time.monotonic() > limit:
                raise Problem(f"the name server {name_server} has no route of topic {topic} after {_VISIBLE_LIMIT_S} s")
            time.sleep(0.05)


def delete(name_servers, brokers, topic):
    for broker in brokers:
        remoting.ask(broker, remoting.DELETE_TOPIC_IN_BROKER, {"topic": topic})
    for name_server in name_servers:
        remoting.ask(name_server, remoting.DELETE_TOPIC_IN_NAME_SERVER, {"topic": topic})


def ends(broker, topic, queues):
    """The offset behind the last message of each queue on one broker, as the broker knows it now."""
    return [int(remoting.ask(broker, remoting.GET_MAX_OFFSET, {"topic": topic, "queueId": queue})[0]["offset"])
            for queue in range(queues)]


def consumed(broker, topic, group, queues):
    """How far the group has read each queue on one broker, as the broker has been told."""
    return [int(remoting.ask(broker, remoting.QUERY_CONSUMER_OFFSET,
                             {"consumerGroup": group, "topic": topic, "queueId": queue})[0]["offset"])
            for queue in range(queues)]


def _has_route(name_server, topic, brokers, queues):
    try:
        status, _, body = remoting.request(name_server, remoting.GET_ROUTE, {"topic": topic})
    except OSError:
        return False
    if status != remoting.SUCCESS:
        return False
    route = remoting.loads(body)
    names = {broker["brokerName"] for broker in route["brokerDatas"]
             if set(broker["brokerAddrs"].values()) & set(brokers)}
    ready = {queue["brokerName"] for queue in route["queueDatas"] if queue["readQueueNums"] == queues}
    return len(names & ready) == len(brokers)
