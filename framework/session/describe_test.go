package session_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/session"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

func describes(d *pb.DescribeResponse) *plugin {
	return &plugin{describe: func(context.Context) (*pb.DescribeResponse, error) { return d, nil }}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	offer := &pb.DescribeResponse{Sdk: "go/1", Tasks: []*pb.TaskType{
		{Name: "double", ContentType: "application/json", InputType: "int", OutputType: "int", InputSchema: `{"type":"integer"}`},
		{Name: "Double"},
	}}
	for name, d := range map[string]*pb.DescribeResponse{"tasks": offer, "none": {Sdk: "go/1"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := session.Describe(within(t), serve(t, describes(d)).conn)
			require.NoError(t, err)
			require.True(t, proto.Equal(d, got), "%v", got)
		})
	}
}

func TestDescribeRefusesAnImpossibleOffer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tasks []*pb.TaskType
		text  string
	}{
		"no name":   {[]*pb.TaskType{{Name: "a"}, {ContentType: "application/json"}}, "task 2 of 2 has no name"},
		"two alike": {[]*pb.TaskType{{Name: "a"}, {Name: "b"}, {Name: "a"}}, `two tasks have the name "a"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := session.Describe(within(t), serve(t, describes(&pb.DescribeResponse{Tasks: c.tasks})).conn)
			require.Nil(t, got)
			require.ErrorIs(t, err, session.ErrProtocol)
			require.ErrorContains(t, err, "session: describe: ")
			require.ErrorContains(t, err, c.text)
		})
	}
}

func TestDescribeOfWhatIsNoPlugin(t *testing.T) {
	t.Parallel()
	_, err := session.Describe(within(t), serve(t, nil).conn)
	require.ErrorContains(t, err, "it must be built with the sdk")
	require.Equal(t, codes.Unimplemented, status.Code(err))
	require.NotErrorIs(t, err, session.ErrProtocol)

	_, err = session.Open(within(t), serve(t, nil).conn, session.Config{})
	require.ErrorContains(t, err, "it must be built with the sdk", "also where nobody asked before")
}

func TestDescribeFails(t *testing.T) {
	t.Parallel()
	t.Run("the plugin's error", func(t *testing.T) {
		t.Parallel()
		_, err := session.Describe(within(t), serve(t, &plugin{describe: func(context.Context) (*pb.DescribeResponse, error) {
			return nil, status.Error(codes.FailedPrecondition, "not today")
		}}).conn)
		require.ErrorContains(t, err, "not today")
		require.Equal(t, codes.FailedPrecondition, status.Code(err))
	})
	t.Run("too large", func(t *testing.T) {
		t.Parallel()
		d := &pb.DescribeResponse{Tasks: []*pb.TaskType{{Name: "a", InputSchema: strings.Repeat("x", 4096)}}}
		_, err := session.Describe(within(t), serve(t, describes(d), grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1024))).conn)
		require.ErrorIs(t, err, session.ErrProtocol)
		require.ErrorContains(t, err, "larger than max (")
		require.ErrorContains(t, err, "1024)")
	})
	t.Run("it takes too long", func(t *testing.T) {
		t.Parallel()
		cause := errors.New("the host has better things to do")
		ctx, cancel := context.WithCancelCause(within(t))
		_, err := session.Describe(ctx, serve(t, &plugin{describe: func(ctx context.Context) (*pb.DescribeResponse, error) {
			cancel(cause)
			<-ctx.Done()
			return nil, ctx.Err()
		}}).conn)
		require.ErrorIs(t, err, cause)
	})
	t.Run("it dies", func(t *testing.T) {
		t.Parallel()
		var r *rig
		r = serve(t, &plugin{describe: func(ctx context.Context) (*pb.DescribeResponse, error) {
			r.cut()
			<-ctx.Done()
			return nil, ctx.Err()
		}})
		_, err := session.Describe(within(t), r.conn)
		require.Equal(t, codes.Unavailable, status.Code(err), "%v", err)
		require.NotErrorIs(t, err, session.ErrProtocol)
	})
}
