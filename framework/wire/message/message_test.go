package message_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/task"
	"github.com/signalbox-go/signalbox/framework/wire/message"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

func items() []message.Item {
	return []message.Item{
		{Seq: 3, Message: task.Message{Kind: task.MessageOpen}},
		{Seq: 3, Message: task.Message{Kind: task.MessageData, Payload: []byte("1"), ContentType: task.ContentJSON}},
		{Seq: 4, Message: task.Message{Kind: task.MessageProgress, Progress: task.Progress{Done: 1, Total: 2, Text: "half"}}},
		{Seq: 4, Message: task.Message{Kind: task.MessageAnswer, ID: 9, Err: task.Errorf("quota", "used up")}},
		{Seq: 4, Message: task.Message{Kind: task.MessageRequest, ID: 1, Payload: []byte{0xf6}, ContentType: task.ContentCBOR}},
	}
}

func list(all []message.Item) *pb.Messages {
	out := &pb.Messages{}
	for _, item := range all {
		message.Append(out, item.Seq, item.Message)
	}
	return out
}

func TestMessagesTravel(t *testing.T) {
	t.Parallel()
	for _, all := range [][]message.Item{nil, items()[:1], items()[:2], items()} {
		data, err := proto.Marshal(list(all))
		require.NoError(t, err)
		received := &pb.Messages{}
		require.NoError(t, proto.Unmarshal(data, received))
		got, err := message.Read(nil, received)
		require.NoError(t, err)
		require.Len(t, got, len(all))
		for i, item := range all {
			got[i].Payload = append(item.Payload[:0:0], got[i].Payload...) // nil and empty are the same
			if item.Err != nil {
				require.Equal(t, item.Err.Error(), got[i].Err.Error())
				require.Equal(t, item.Err.Kind, got[i].Err.Kind)
				got[i].Err = item.Err
			}
			require.Equal(t, item, got[i])
		}
	}
}

func TestUnknownKindsAreLeftOut(t *testing.T) {
	t.Parallel()
	l := list(items())
	l.Kind[1] = 77
	got, err := message.Read(nil, l)
	require.NoError(t, err)
	require.Len(t, got, len(items())-1)
}

func TestListsThatMustNotBe(t *testing.T) {
	t.Parallel()
	for name, alter := range map[string]func(*pb.Messages){
		"kinds":         func(l *pb.Messages) { l.Kind = l.Kind[1:] },
		"ids":           func(l *pb.Messages) { l.Id = nil },
		"tasks":         func(l *pb.Messages) { l.Seq = l.Seq[1:] },
		"no tasks":      func(l *pb.Messages) { l.Seq = nil },
		"content types": func(l *pb.Messages) { l.ContentType = l.ContentType[1:] },
		"sizes":         func(l *pb.Messages) { l.Size[1] = math.MaxUint64 },
		"bytes":         func(l *pb.Messages) { l.Payloads = append(l.Payloads, 1) },
		"failures":      func(l *pb.Messages) { l.Failures = append(l.Failures, &pb.Failure{Index: 1}) },
		"progress":      func(l *pb.Messages) { l.Progress[0].Index = 99 },
		"no number":     func(l *pb.Messages) { l.Progress[0].Done = math.NaN() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := list(items())
			alter(l)
			_, err := message.Read(nil, l)
			require.Error(t, err)
		})
	}
}
