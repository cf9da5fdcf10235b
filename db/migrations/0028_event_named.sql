-- Who alone may hear of an event is asked by the notifier's own statement now: a function was planned anew each time.
DROP FUNCTION gorod_named(text, bigint);
