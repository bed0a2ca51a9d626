package queue

import (
	"context"
	"errors"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	jobKey     = "job." // of a job's record in the bucket, before its ID
	controlKey = "control"

	kvOperation  = "KV-Operation"
	markerReason = "Nats-Marker-Reason"
)

// conflict tells whether a write was refused because the record is not the one it was meant to replace.
func conflict(err error) bool {
	var e *jetstream.APIError
	return errors.As(err, &e) && (e.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || e.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// put makes the message that replaces a record of revision rev (0: there must be none yet).
func (l *link) put(key string, rev uint64, data []byte) *nats.Msg {
	m := nats.NewMsg(l.prefix + key)
	m.Data = data
	m.Header.Set(jetstream.ExpectedLastSubjSeqHeader, strconv.FormatUint(rev, 10))
	return m
}

// purge makes the message that removes a record of revision rev.
func (l *link) purge(key string, rev uint64) *nats.Msg {
	m := l.put(key, rev, nil)
	m.Header.Set(kvOperation, "PURGE")
	m.Header.Set(jetstream.MsgRollup, jetstream.MsgRollupSubject)
	m.Header.Set(jetstream.MsgTTLHeader, markerLife.String())
	return m
}

// write writes messages one after the other without waiting for each, and returns the revision of the last that was taken. Its error joins those
// of all that were refused.
func (l *link) write(ctx context.Context, list []*nats.Msg) (last uint64, err error) {
	if len(list) == 1 {
		ack, err := l.js.PublishMsg(ctx, list[0])
		if err != nil {
			return 0, err
		}
		return ack.Sequence, nil
	}
	var faults []error
	acks := make([]jetstream.PubAckFuture, 0, len(list))
	for _, m := range list {
		ack, err := l.js.PublishMsgAsync(m, jetstream.WithStallWait(slowStore)) // a busy disk takes its time
		if err != nil {
			faults = append(faults, err)
			break
		}
		acks = append(acks, ack)
	}
	for _, ack := range acks {
		select {
		case ok := <-ack.Ok():
			last = max(last, ok.Sequence)
		case err := <-ack.Err():
			faults = append(faults, err)
		case <-ctx.Done():
			return last, errors.Join(append(faults, context.Cause(ctx))...)
		}
	}
	return last, errors.Join(faults...)
}
