package link

import (
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Where param_value begins in the messages of PARAM_EXT, and how long it is. It holds the bytes of a number, of which gomavlib
// drops everything from the first zero on, since the field is declared as text.
const (
	extValueAt  = 20 // PARAM_EXT_VALUE (322)
	extSetAt    = 18 // PARAM_EXT_SET (323)
	extAckAt    = 16 // PARAM_EXT_ACK (324)
	extValueLen = 128
)

// wholeValues gives such messages all bytes of their value.
func wholeValues(m message.Message, payload []byte) {
	switch m := m.(type) {
	case *common.MessageParamExtValue:
		m.ParamValue = bytesAt(payload, extValueAt)
	case *common.MessageParamExtSet:
		m.ParamValue = bytesAt(payload, extSetAt)
	case *common.MessageParamExtAck:
		m.ParamValue = bytesAt(payload, extAckAt)
	}
}

// bytesAt fills up with the zeros that MAVLink 2 cuts off at the end of a payload.
func bytesAt(payload []byte, at int) string {
	var full [extValueLen]byte
	if at < len(payload) {
		copy(full[:], payload[at:])
	}
	return string(full[:])
}
