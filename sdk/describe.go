package sdk

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/signalbox-go/signalbox/framework/pluginproc/handshake"
	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// sdkName tells hosts what a plugin was built with.
const sdkName = "go/1"

// schemaOf returns the JSON schema of a type, empty where the payload is no
// JSON or the type has none.
func schemaOf(t reflect.Type, codec task.Codec) string {
	if codec.ContentType() != task.ContentJSON {
		return ""
	}
	schema, err := jsonschema.ForType(t, &jsonschema.ForOptions{IgnoreInvalidTypes: true})
	if err != nil || schema == nil {
		return ""
	}
	data, err := json.Marshal(schema)
	if err != nil {
		return ""
	}
	return string(data)
}

func (p *plugin) describe() *pb.DescribeResponse {
	d := &pb.DescribeResponse{Sdk: sdkName}
	for _, c := range p.codes {
		d.Tasks = append(d.Tasks, &pb.TaskType{
			Name:         c.Code(),
			ContentType:  c.InputCodec().ContentType(),
			InputType:    c.InputType().String(),
			OutputType:   c.OutputType().String(),
			InputSchema:  schemaOf(c.InputType(), c.InputCodec()),
			OutputSchema: schemaOf(c.OutputType(), c.OutputCodec()),
		})
	}
	return d
}

type describedType struct {
	Type        string          `json:"type"`
	ContentType string          `json:"content_type"`
	Schema      json.RawMessage `json:"schema,omitempty"`
}

type describedTask struct {
	Name   string        `json:"name"`
	Input  describedType `json:"input"`
	Output describedType `json:"output"`
}

// printDescription writes what the plugin offers as JSON, for a person or
// program without a host.
func (p *plugin) printDescription(w io.Writer) error {
	out := struct {
		Plugin   string          `json:"plugin"`
		SDK      string          `json:"sdk"`
		Protocol int             `json:"protocol"`
		Tasks    []describedTask `json:"tasks"`
	}{programName(), sdkName, handshake.Version, nil}
	for i, t := range p.describe().Tasks {
		c := p.codes[i]
		out.Tasks = append(out.Tasks, describedTask{t.GetName(),
			describedType{t.GetInputType(), c.InputCodec().ContentType(), json.RawMessage(t.GetInputSchema())},
			describedType{t.GetOutputType(), c.OutputCodec().ContentType(), json.RawMessage(t.GetOutputSchema())}})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("sdk: describe: %w", err)
	}
	return nil
}
