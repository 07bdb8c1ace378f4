package task_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/signalbox-go/signalbox/framework/task"
)

func echo[T any](_ context.Context, v T) (T, error) { return v, nil }

// roundTrip sends v through a definition's codecs and code, as a worker would.
func roundTrip[T any](t *testing.T, d *task.Def[T, T], v T) (T, error) {
	t.Helper()
	payload, err := d.InputCodec().Marshal(v)
	require.NoError(t, err)
	result, err := d.Serve(t.Context(), payload)
	var out T
	if err == nil {
		err = d.OutputCodec().Unmarshal(result, &out)
	}
	return out, err
}

type reading struct {
	Name   string    `json:"name"`
	Values []float64 `json:"values"`
	Inner  struct {
		N int
	} `json:"inner"`
}

func TestCodecsByType(t *testing.T) {
	t.Parallel()

	require.Equal(t, task.ContentJSON, task.New("t", echo[reading]).InputCodec().ContentType())
	require.Equal(t, task.ContentBytes, task.New("t", echo[[]byte]).InputCodec().ContentType())
	require.Equal(t, task.ContentProtobuf, task.New("t", echo[*wrapperspb.StringValue]).OutputCodec().ContentType())
	require.Equal(t, task.ContentJSON, task.New("t", echo[json.RawMessage]).InputCodec().ContentType(), "it is JSON, not bytes")
	require.Equal(t, task.ContentJSON, task.New("t", echo[any]).InputCodec().ContentType())
	for _, content := range []string{task.ContentJSON, task.ContentCBOR, task.ContentProtobuf, task.ContentBytes} {
		c, err := task.CodecFor(content)
		require.NoError(t, err)
		require.Equal(t, content, c.ContentType())
	}
	_, err := task.CodecFor("text/csv")
	require.EqualError(t, err, `task: unknown content type "text/csv": known are application/json, application/cbor, `+
		`application/protobuf and application/octet-stream`)
}

func TestRoundTrips(t *testing.T) {
	t.Parallel()

	in := reading{Name: "a", Values: []float64{1, 2.5}}
	in.Inner.N = 3
	for name, d := range map[string]*task.Def[reading, reading]{"JSON": task.New("t", echo[reading]), "CBOR": task.New("t", echo[reading]).CBOR()} {
		out, err := roundTrip(t, d, in)
		require.NoError(t, err, name)
		require.Equal(t, in, out, name)
	}
	raw, err := roundTrip(t, task.New("t", echo[[]byte]), []byte{0, 1, 255})
	require.NoError(t, err)
	require.Equal(t, []byte{0, 1, 255}, raw)
	msg, err := roundTrip(t, task.New("t", echo[*wrapperspb.StringValue]), wrapperspb.String("hi"))
	require.NoError(t, err)
	require.True(t, proto.Equal(wrapperspb.String("hi"), msg))
	when, err := roundTrip(t, task.New("t", echo[time.Time]).CBOR(), time.Unix(1, 0))
	require.NoError(t, err)
	require.True(t, when.Equal(time.Unix(1, 0)))
}

func TestCBORHasNumbersThatJSONHasNot(t *testing.T) {
	t.Parallel()

	d := task.New("t", echo[[]float64])
	in := []float64{math.NaN(), math.Inf(1), math.Inf(-1)}
	_, err := d.InputCodec().Marshal(in)
	require.ErrorContains(t, err, `field "[0]"`)
	require.ErrorContains(t, err, "the CBOR codec does (Def.CBOR)")
	out, err := roundTrip(t, d.CBOR(), in)
	require.NoError(t, err)
	require.True(t, math.IsNaN(out[0]))
	require.Equal(t, in[1:], out[1:])

	_, err = task.New("mean", func(context.Context, nothing) (float64, error) { return math.NaN(), nil }).Serve(t.Context(), []byte("{}"))
	require.EqualError(t, err, "task mean: output does not encode as application/json: json: unsupported value: NaN: "+
		"JSON has no such number; the CBOR codec does (Def.CBOR)")
	require.True(t, task.IsKind(err, task.KindEncode))
}

type nothing struct{}

type odd struct {
	Plain   int
	Skipped func()              `json:"-"`
	Left    chan int            `json:",omitzero"`
	Deep    []map[string]*inner `json:"deep"`
	Base
}

type inner struct {
	X float64 `json:"x"`
}

// Base is embedded.
type Base struct{ Of any }

func TestEncodingNamesTheField(t *testing.T) {
	t.Parallel()

	good := odd{Skipped: func() {}, Deep: []map[string]*inner{nil, {"a": nil, "b": {1}}}}
	codec := task.New("t", echo[any]).InputCodec()
	_, err := codec.Marshal(good)
	require.NoError(t, err)

	bad := good
	bad.Deep = []map[string]*inner{{}, {"k": {math.Inf(1)}}}
	loop := &struct{ Next any }{}
	loop.Next = loop
	for field, v := range map[string]any{
		"deep[1][k].x": bad,
		"Left":         odd{Left: make(chan int)},
		"Of":           odd{Base: Base{Of: func() {}}},
		"Of.Broken":    odd{Base: Base{Of: struct{ Broken broken }{}}},
		"[2]":          []any{1, "a", complex(1, 2)},
	} {
		_, err := codec.Marshal(v)
		require.ErrorContains(t, err, `field "`+field+`": json: `)
	}
	_, err = codec.Marshal(loop)
	require.ErrorContains(t, err, "cycle", "it ends, without a field")
	_, err = codec.Marshal(func() {})
	require.EqualError(t, err, "json: unsupported type: func()")
}

type broken struct{}

func (broken) MarshalJSON() ([]byte, error) { return nil, errors.New("never") }

func TestDecodingNamesTaskAndField(t *testing.T) {
	t.Parallel()

	d := task.New("measure", echo[reading])
	for payload, want := range map[string]string{
		`{"name": 1}`:           `field "name": a JSON number is no string`,
		`{"values": ["x"]}`:     `field "values": a JSON string is no float64`,
		`{"inner": {"N": "x"}}`: `field "inner.N": a JSON string is no int`,
		`{"name`:                "unexpected end of JSON input",
	} {
		_, err := d.Serve(t.Context(), []byte(payload))
		require.ErrorContains(t, err, "task measure: input does not decode as task_test.reading (application/json)")
		require.ErrorContains(t, err, want)
		require.True(t, task.IsKind(err, task.KindDecode))
	}
	payload, err := task.New("x", echo[map[string]int]).CBOR().InputCodec().Marshal(map[string]int{"name": 1})
	require.NoError(t, err)
	_, err = d.CBOR().Serve(t.Context(), payload)
	require.ErrorContains(t, err, "task measure: input does not decode as task_test.reading (application/cbor)")
	require.ErrorContains(t, err, "reading.name")
	_, err = task.New("p", echo[*wrapperspb.StringValue]).Serve(t.Context(), []byte{0xff})
	require.ErrorContains(t, err, "task p: input does not decode as *wrapperspb.StringValue (application/protobuf)")
}

func TestCodecsRefuseOtherTypes(t *testing.T) {
	t.Parallel()

	bytesCodec, err := task.CodecFor(task.ContentBytes)
	require.NoError(t, err)
	_, err = bytesCodec.Marshal("text")
	require.EqualError(t, err, "string is not []byte")
	require.EqualError(t, bytesCodec.Unmarshal(nil, new(string)), "*string is not *[]byte")
	protoCodec, err := task.CodecFor(task.ContentProtobuf)
	require.NoError(t, err)
	_, err = protoCodec.Marshal("text")
	require.EqualError(t, err, "string is no protobuf message")
	for _, v := range []any{"text", (*string)(nil), new(string)} {
		require.ErrorContains(t, protoCodec.Unmarshal(nil, v), "is no pointer to a protobuf message")
	}
}

type panicking struct{}

func (panicking) MarshalJSON() ([]byte, error) { panic("marshal") }
func (*panicking) UnmarshalJSON([]byte) error  { panic("unmarshal") }
func (panicking) MarshalCBOR() ([]byte, error) { panic("marshal") }
func (*panicking) UnmarshalCBOR([]byte) error  { panic("unmarshal") }

func TestPanicsOfTypesThatEncodeThemselvesAreErrors(t *testing.T) {
	t.Parallel()

	for _, content := range []string{task.ContentJSON, task.ContentCBOR} {
		codec, err := task.CodecFor(content)
		require.NoError(t, err)
		_, err = codec.Marshal(panicking{})
		require.EqualError(t, err, "panic: marshal")
		require.EqualError(t, codec.Unmarshal([]byte{0x60}, &panicking{}), map[string]string{
			task.ContentJSON: "invalid character '`' looking for beginning of value", task.ContentCBOR: "panic: unmarshal"}[content])
	}
	codec, err := task.CodecFor(task.ContentJSON)
	require.NoError(t, err)
	require.EqualError(t, codec.Unmarshal([]byte("{}"), &panicking{}), "panic: unmarshal")
}
