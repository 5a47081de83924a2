package page

import (
	"net/url"

	"github.com/centroid-studio/centroid/app/client"
	"github.com/centroid-studio/centroid/app/device"
	"github.com/centroid-studio/centroid/shared/fault"
	"github.com/centroid-studio/centroid/shared/model"
	"github.com/centroid-studio/centroid/shared/wire"
)

// served trains on the server.
type served struct{}

func (served) start(req wire.TrainStart) (string, error) {
	var started wire.Started
	err := client.Get().Call(wire.MethodTrainStart, req, &started)
	return started.Job, err
}

func (served) watch(job string, hear func(wire.Event)) (stop func()) {
	return client.Get().Watch(job, 0, hear)
}

func (served) gone(job string) bool {
	var j wire.Job
	return fault.CodeOf(client.Get().Do("GET", "jobs/"+url.PathEscape(job), nil, &j)) == fault.NotFound
}

func (served) cancel(job string) error {
	return client.Get().Call(wire.MethodTrainCancel, wire.JobRef{Job: job}, nil)
}

// keep: the events of an old training may tell of a model that was renamed or
// deleted since. The server's word holds, if it can be had.
func (served) keep(m *model.Model) (*model.Model, error) {
	var present model.Model
	switch err := client.Get().Do("GET", "models/"+url.PathEscape(m.ID), nil, &present); {
	case fault.CodeOf(err) == fault.NotFound:
		return nil, nil
	case err == nil:
		m = &present
	}
	return m, device.SaveModel(m)
}
