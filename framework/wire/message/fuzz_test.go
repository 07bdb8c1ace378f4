package message_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/wire/message"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// FuzzRead reads any list of messages: it is refused, or each of its bytes is
// part of one message, in order.
func FuzzRead(f *testing.F) {
	for _, l := range []*pb.Messages{{}, list(items()), list(items()[:2]), {Size: []uint64{1 << 63}, Id: []uint64{1}, Kind: []pb.MessageKind{1}, Seq: []uint64{1}}} {
		data, err := proto.Marshal(l)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var sent pb.Messages
		if proto.Unmarshal(data, &sent) != nil {
			return
		}
		got, err := message.Read(nil, &sent)
		if err != nil {
			return
		}
		require.LessOrEqual(t, len(got), len(sent.GetSize()))
		rest := sent.GetPayloads()
		for _, item := range got {
			// Those of unknown kinds between them are left out.
			at := bytes.Index(rest, item.Payload)
			require.GreaterOrEqual(t, at, 0)
			rest = rest[at+len(item.Payload):]
			require.GreaterOrEqual(t, item.Progress.Done, 0.0)
		}
		again, err := message.Read(nil, list(got))
		require.NoError(t, err)
		require.Len(t, again, len(got))
	})
}
