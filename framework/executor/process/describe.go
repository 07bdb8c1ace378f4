package process

import (
	"context"

	"github.com/signalbox-go/signalbox/framework/pluginproc"
	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
	"github.com/signalbox-go/signalbox/framework/session"
	"github.com/signalbox-go/signalbox/framework/task"
)

// Description is what a plugin offers.
type Description struct {
	Plugin   string     `json:"plugin"`
	SDK      string     `json:"sdk"`
	Protocol int        `json:"protocol"`
	Tasks    []TaskType `json:"tasks"`
	// EventPlugins are what it can be attached as.
	EventPlugins []task.EventPlugin `json:"event_plugins,omitempty"`
}

// TaskType is one kind of task of a plugin. Schemas are JSON schemas, empty
// where a type has none.
type TaskType struct {
	Name         string `json:"name"`
	ContentType  string `json:"content_type"`
	InputType    string `json:"input_type"`
	OutputType   string `json:"output_type"`
	InputSchema  string `json:"input_schema,omitempty"`
	OutputSchema string `json:"output_schema,omitempty"`
}

// Describe starts the plugin at path, asks what it offers and stops it. Its
// set-up does not run. Errors are those of a start.
func Describe(ctx context.Context, path string, opts ...Option) (Description, error) {
	c := newConfig(path, opts)
	if err := c.resolve(); err != nil {
		return Description{}, err
	}
	folder, err := pluginproc.MakeFolder()
	if err != nil {
		return Description{}, err
	}
	defer folder.Remove()
	ctx, cancel := context.WithTimeout(ctx, c.startTimeout)
	defer cancel()
	proc, err := pluginproc.Start(ctx, pluginproc.Config{Name: c.name, Path: c.path, Args: c.args, Dir: c.dir, Env: c.env,
		SHA256: c.sha256, RuntimeDir: folder.Path(), StartTimeout: c.startTimeout, MaxMessageBytes: c.maxMessage})
	if err != nil {
		return Description{}, err
	}
	defer proc.Stop(ctx)
	offered, err := session.Describe(ctx, proc.Conn())
	if err != nil {
		return Description{}, err
	}
	d := Description{Plugin: c.name, SDK: offered.GetSdk(), Protocol: handshake.Version, EventPlugins: session.EventPlugins(offered)}
	for _, t := range offered.GetTasks() {
		d.Tasks = append(d.Tasks, TaskType{Name: t.GetName(), ContentType: t.GetContentType(), InputType: t.GetInputType(),
			OutputType: t.GetOutputType(), InputSchema: t.GetInputSchema(), OutputSchema: t.GetOutputSchema()})
	}
	return d, nil
}
