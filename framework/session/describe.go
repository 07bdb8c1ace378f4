package session

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// Describe asks a plugin what it offers. It needs no session. The error matches
// [ErrProtocol] if the plugin offers a task without a name, or two of one name.
// It wraps the cause of ctx if that has ended.
func Describe(ctx context.Context, conn grpc.ClientConnInterface) (*pb.DescribeResponse, error) {
	d, err := pb.NewPluginClient(conn).Describe(ctx, &pb.DescribeRequest{})
	if err == nil {
		err = checkTasks(d.GetTasks())
	} else {
		err = broken(explain(ctx, err))
	}
	if err != nil {
		return nil, fmt.Errorf("session: describe: %w", err)
	}
	return d, nil
}

// explain says of an error of gRPC what gRPC does not know.
func explain(ctx context.Context, err error) error {
	if status.Code(err) == codes.Unimplemented {
		return fmt.Errorf("the process serves no Signalbox plugin: it must be built with the sdk: %w", err)
	}
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// EventPlugins returns what the event plugins of a description say of themselves.
func EventPlugins(d *pb.DescribeResponse) []task.EventPlugin {
	var out []task.EventPlugin
	for _, p := range d.GetEventPlugins() {
		o := task.EventPlugin{Name: p.GetName(), Config: []task.ConfigField{}, Lossless: p.GetLossless()}
		for _, f := range p.GetConfig() {
			o.Config = append(o.Config, task.ConfigField{Name: f.GetName(), Type: f.GetType(), Optional: f.GetOptional(), Doc: f.GetDoc()})
		}
		out = append(out, o)
	}
	return out
}

func checkTasks(tasks []*pb.TaskType) error {
	seen := make(map[string]bool, len(tasks))
	for i, t := range tasks {
		name := t.GetName()
		if name == "" {
			return fmt.Errorf("%w: task %d of %d has no name", ErrProtocol, i+1, len(tasks))
		}
		if seen[name] {
			return fmt.Errorf("%w: two tasks have the name %q: a plugin offers each name once", ErrProtocol, name)
		}
		seen[name] = true
	}
	return nil
}
