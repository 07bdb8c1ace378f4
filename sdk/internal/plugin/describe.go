package plugin

import (
	"encoding/json"
	"reflect"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/signalbox-go/signalbox/framework/task"
	pb "github.com/signalbox-go/signalbox/framework/wire/signalboxv1"
)

// SDK tells hosts what a plugin was built with.
const SDK = "go/1"

// Describe tells what the plugin offers, its tasks in the order of Codes.
func (p *Plugin) Describe() *pb.DescribeResponse {
	d := &pb.DescribeResponse{Sdk: SDK}
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
	for _, e := range p.events {
		d.EventPlugins = append(d.EventPlugins, &pb.EventPluginType{Name: e.Name, Config: e.Config, Lossless: e.Lossless})
	}
	return d
}

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
