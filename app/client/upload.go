package client

import (
	"net/url"

	"github.com/maxence-charriere/go-app/v9/pkg/app"

	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/wire"
)

// Upload sends a File or Blob of the browser as a dataset called name. progress
// gets bytes sent and bytes in all, as the browser counts them; it must not
// block. Closing cancel ends the upload: nothing of it stays on the server.
func (c *Client) Upload(name string, file app.Value, progress func(sent, total int64), cancel <-chan struct{}) (wire.Dataset, error) {
	path := wire.API + "/datasets?name=" + url.QueryEscape(name)
	r, err := c.send(request{method: "POST", path: path, headers: map[string]string{"Content-Type": "text/csv"}, body: file, progress: progress, cancel: cancel})
	if err != nil {
		if fault.CodeOf(err) == fault.Canceled {
			return wire.Dataset{}, err
		}
		c.lost()
		return wire.Dataset{}, &fault.Error{Code: fault.Unavailable, Op: "client.Upload", Err: err,
			Msg: "The upload broke off: the server can't be reached. Nothing was kept. Check the connection, then try again."}
	}
	var d wire.Dataset
	if err := c.read(path, r, &d); err != nil {
		return wire.Dataset{}, err
	}
	return d, nil
}

// UploadText sends text, such as what was pasted, as a dataset called name.
func (c *Client) UploadText(name, text string, progress func(sent, total int64), cancel <-chan struct{}) (wire.Dataset, error) {
	return c.Upload(name, c.blob(text), progress, cancel)
}

// Import sends a File of the browser that holds a model: ours, PMML, or scikit-learn's.
func (c *Client) Import(file app.Value) (info wire.ModelInfo, err error) {
	const path = wire.API + "/models"
	r, err := c.send(request{method: "POST", path: path, headers: map[string]string{"Content-Type": "application/octet-stream"}, body: file})
	if err != nil {
		c.lost()
		return info, &fault.Error{Code: errAway.Code, Msg: errAway.Msg, Op: "client.Import", Err: err}
	}
	return info, c.read(path, r, &info)
}
