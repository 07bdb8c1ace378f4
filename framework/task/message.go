package task

import "fmt"

// MessageKind says what a [Message] is.
type MessageKind uint8

// Kinds of messages. The numbers are those of the protocol.
const (
	MessageOpen     MessageKind = iota + 1 // code: it is going to talk
	MessageData                            // code: something that it has to say
	MessageRequest                         // code: something that it wants an answer to
	MessageWithdraw                        // code: it does not wait for that any more
	MessageClose                           // code: it will say nothing more
	MessageProgress                        // code: how far it is
	MessageAnswer                          // host: to a request or close
	MessageGrant                           // host: how much it has dealt with, as ID
)

// String returns the kind in lower case.
func (k MessageKind) String() string {
	names := [...]string{"", "open", "message", "request", "withdraw", "close", "progress", "answer", "grant"}
	if int(k) < len(names) && k > 0 {
		return names[k]
	}
	return fmt.Sprintf("message kind %d", uint8(k))
}

// Message is one message between running code and its host, for those who carry
// them: executors and extensions. Code uses [Send] and the like.
type Message struct {
	Kind        MessageKind
	ID          uint64 // of a request, what concerns it, and a close that is waited for; 0 for none
	Payload     []byte
	ContentType string
	Err         *Error   // of an answer that failed
	Progress    Progress // of MessageProgress
}

// Progress is how far running code says it is.
type Progress struct {
	Done  float64 // finite, and not below 0
	Total float64 // the same; 0 where it is not known
	Text  string  // at most 1024 bytes
}

// MessageWindow is how much code may have said that the host has not dealt
// with, in bytes by [Message.Cost], before what it says next has to wait.
const MessageWindow = 256 << 10

// messageOverhead is what a message counts for besides its payload.
const messageOverhead = 64

// Cost returns what the message takes up of [MessageWindow].
func (m *Message) Cost() uint64 {
	if m.Kind == MessageWithdraw || m.Kind == MessageProgress {
		return 0
	}
	return messageOverhead + uint64(len(m.Payload))
}

// MessageCodec returns the codec of messages of type T that go with others of
// that content type: raw bytes and protobuf messages are what they are,
// everything else is CBOR beside CBOR and JSON otherwise.
func MessageCodec[T any](beside string) Codec {
	codec := defaultCodec[T]()
	if codec.ContentType() == ContentJSON && beside == ContentCBOR {
		return cborCodec{}
	}
	return codec
}

// DecodeMessage decodes a payload of that content type as a T.
func DecodeMessage[T any](payload []byte, contentType string) (v T, err error) {
	codec := MessageCodec[T](contentType)
	if codec.ContentType() != contentType {
		return v, Errorf(KindDecode, "it came as %s; a %T travels as %s", contentType, v, codec.ContentType())
	}
	if err := codec.Unmarshal(payload, &v); err != nil {
		return v, Errorf(KindDecode, "it does not decode as %T (%s): %v", v, contentType, err)
	}
	return v, nil
}
