// Package wire is what crosses HTTP and the WebSocket, for both sides. The
// socket speaks JSON-RPC 2.0 in text frames.
package wire

import (
	"encoding/json"

	"github.com/centroid-studio/centroid/shared/table"
)

// Methods of the socket.
const (
	MethodTrainStart     = "train.start"     // TrainStart -> Started
	MethodTrainCancel    = "train.cancel"    // JobRef -> Empty
	MethodJobSubscribe   = "job.subscribe"   // Subscribe -> Subscribed, then notifications
	MethodJobUnsubscribe = "job.unsubscribe" // JobRef -> Empty
	NotifyJobEvent       = "job.event"       // Event
)

// Codes of JSON-RPC 2.0, section 5.1, and ours from -32000.
const (
	CodeParse    = -32700
	CodeRequest  = -32600
	CodeMethod   = -32601
	CodeParams   = -32602
	CodeInternal = -32603
	CodeFault    = -32000 // any other fault; Data.Code says which
)

// Request is a call from the browser. A missing id is refused: all calls are answered.
type Request struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"` // number or string
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params,omitempty"`
}

// Response answers a Request: Result or Error.
type Response struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"` // null if the request could not be read
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *Error          `json:"error,omitempty"`
}

// Notification is a message without an answer, from the server.
type Notification struct {
	Version string          `json:"jsonrpc"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
}

// Error is JSON-RPC's error; Message is for the user.
type Error struct {
	Code    int        `json:"code"`
	Message string     `json:"message"`
	Data    *ErrorData `json:"data,omitempty"`
}

// ErrorData says more about an Error.
type ErrorData struct {
	Code  string `json:"code"`            // a fault.Code
	Field string `json:"field,omitempty"` // the parameter at fault, "config.k"
}

// TrainStart asks for a training. The job is made and its events are sent on
// this socket from the first, as if job.subscribe had been called.
type TrainStart struct {
	Dataset string      `json:"dataset"`           // id
	Version int         `json:"version,omitempty"` // 0 means the newest
	Name    string      `json:"name,omitempty"`    // of the model; empty means "<dataset> k=<k>"
	Prep    PrepConfig  `json:"prep"`
	Config  TrainConfig `json:"config"`

	// Start is the start centroids in original units, one line a cluster, its
	// cells in the order of Prep.Columns. It stands for Config.Start, which is in
	// the prepared space: give one of them at most, and leave Config.Init empty or "given".
	Start [][]table.Cell `json:"start,omitempty"`

	// Weight names a column of numbers, 0 or more, by which rows count; it is no
	// feature. Empty: each row counts once.
	Weight string `json:"weight,omitempty"`

	// TimeLimit is the seconds of an attempt's training after which it ends with the
	// best so far: see model.Training.Partial. 0 means none.
	TimeLimit float64 `json:"timeLimit,omitempty"`

	// DataName is the dataset's name; the server fills it in.
	DataName string `json:"dataName,omitempty"`
}

// Started answers train.start.
type Started struct {
	Job string `json:"job"`
}

// JobRef names a job.
type JobRef struct {
	Job string `json:"job"`
}

// Subscribe asks for a job's events with Seq > After, the old ones first, then as they happen.
type Subscribe struct {
	Job   string `json:"job"`
	After int64  `json:"after"`
}

// Subscribed answers job.subscribe.
type Subscribed struct {
	Job  string `json:"job"`
	Last int64  `json:"last"` // the newest event's Seq at that time
}

// Empty is a result that says nothing.
type Empty struct{}
