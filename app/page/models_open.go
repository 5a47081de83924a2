package page

import (
	"net/url"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
)

// openModel gives a model from this device, or else from the server; one from
// the server is kept on this device from then on. kept is the reason why it
// could not be kept. It blocks: call it in ctx.Async.
func openModel(id string) (m *model.Model, kept, err error) {
	m, err = device.Model(id)
	if err == nil {
		return m, nil, nil
	}
	m = new(model.Model)
	if away := client.Get().Do("GET", "models/"+url.PathEscape(id), nil, m); away != nil {
		if fault.CodeOf(away) == fault.Unavailable && fault.CodeOf(err) == fault.NotFound {
			return nil, nil, err // it says what to do
		}
		return nil, nil, away
	}
	if err := m.Validate(); err != nil {
		return nil, nil, err
	}
	return m, device.SaveModel(m), nil
}
