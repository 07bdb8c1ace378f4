package task

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/fxamacker/cbor/v2"
	fastjson "github.com/segmentio/encoding/json"
	"google.golang.org/protobuf/proto"

	"github.com/signalbox-go/signalbox/framework/task/internal/jsonenc"
)

// Content types of the built-in codecs.
const (
	ContentJSON     = "application/json"
	ContentCBOR     = "application/cbor"
	ContentProtobuf = "application/protobuf"
	ContentBytes    = "application/octet-stream"
)

// Codec turns values into payloads and back. A codec must be safe for use from
// any goroutine.
type Codec interface {
	// ContentType names the encoding; it travels with every payload.
	ContentType() string
	// Marshal encodes v.
	Marshal(v any) ([]byte, error)
	// Unmarshal decodes data into v, a non-nil pointer.
	Unmarshal(data []byte, v any) error
}

// CodecFor returns the built-in codec of that content type.
func CodecFor(contentType string) (Codec, error) {
	switch contentType {
	case ContentJSON:
		return jsonCodec{}, nil
	case ContentCBOR:
		return cborCodec{}, nil
	case ContentProtobuf:
		return protoCodec{}, nil
	case ContentBytes:
		return bytesCodec{}, nil
	}
	return nil, fmt.Errorf("task: unknown content type %q: known are %s, %s, %s and %s",
		contentType, ContentJSON, ContentCBOR, ContentProtobuf, ContentBytes)
}

// recovered turns a panic into an error: types may have code of their own for
// how they are encoded. It is deferred.
func recovered(err *error) {
	if v := recover(); v != nil {
		*err = panicError(v)
	}
}

// defaultCodec returns the codec that the type T asks for.
func defaultCodec[T any]() Codec {
	var v T
	if _, ok := any(v).([]byte); ok {
		return bytesCodec{}
	}
	if _, ok := any(v).(proto.Message); ok {
		return protoCodec{}
	}
	return jsonCodec{}
}

// Encode encodes what v points to: JSON without a copy of it, and by its own
// method where that has a pointer receiver, as Unmarshal does.
func Encode[T any](c Codec, v *T) ([]byte, error) {
	if c, ok := c.(jsonCodec); ok {
		if data, ok := jsonenc.Marshal(v); ok {
			return data, nil
		}
		return c.Marshal(v)
	}
	return c.Marshal(*v)
}

type jsonCodec struct{}

func (jsonCodec) ContentType() string { return ContentJSON }

func (jsonCodec) Marshal(v any) (data []byte, err error) {
	defer recovered(&err)
	data, err = json.Marshal(v)
	if err == nil {
		return data, nil
	}
	var number *json.UnsupportedValueError
	if errors.As(err, &number) && isFloat(number.Value.Kind()) {
		err = fmt.Errorf("%w: JSON has no such number; the CBOR codec does (Def.CBOR)", err)
	}
	if field := unencodable(v); field != "" {
		err = fmt.Errorf("field %q: %w", field, err)
	}
	return nil, err
}

func (jsonCodec) Unmarshal(data []byte, v any) (err error) {
	defer recovered(&err)
	if fastjson.Unmarshal(data, v) == nil {
		return nil
	}
	err = json.Unmarshal(data, v) // has the last word, and names the field
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return fmt.Errorf("field %q: a JSON %s is no %s: %w", wrong.Field, wrong.Value, wrong.Type, err)
	}
	return err
}

type cborCodec struct{}

func (cborCodec) ContentType() string { return ContentCBOR }

func (cborCodec) Marshal(v any) (data []byte, err error) {
	defer recovered(&err)
	return cbor.Marshal(v)
}

func (cborCodec) Unmarshal(data []byte, v any) (err error) {
	defer recovered(&err)
	return cbor.Unmarshal(data, v)
}

type protoCodec struct{}

func (protoCodec) ContentType() string { return ContentProtobuf }

func (protoCodec) Marshal(v any) (data []byte, err error) {
	defer recovered(&err)
	m, ok := v.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("%T is no protobuf message", v)
	}
	return proto.Marshal(m)
}

func (protoCodec) Unmarshal(data []byte, v any) (err error) {
	defer recovered(&err)
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return fmt.Errorf("%T is no pointer to a protobuf message", v)
	}
	m, ok := target.Elem().Interface().(proto.Message)
	if !ok {
		return fmt.Errorf("%T is no pointer to a protobuf message", v)
	}
	fresh := m.ProtoReflect().New().Interface()
	if err := proto.Unmarshal(data, fresh); err != nil {
		return err
	}
	target.Elem().Set(reflect.ValueOf(fresh))
	return nil
}

// bytesCodec passes []byte on without a copy.
type bytesCodec struct{}

func (bytesCodec) ContentType() string { return ContentBytes }

func (bytesCodec) Marshal(v any) ([]byte, error) {
	b, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("%T is not []byte", v)
	}
	return b, nil
}

func (bytesCodec) Unmarshal(data []byte, v any) error {
	p, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("%T is not *[]byte", v)
	}
	*p = data
	return nil
}
