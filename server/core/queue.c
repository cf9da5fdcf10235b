#include "server/core/internal.h"
#include "common/proto.h"
#include <stdlib.h>
#include <unistd.h>

void queue_init(struct queue *q)
{
    pthread_mutex_init(&q->lock, NULL);
    q->head = NULL;
    q->tail = &q->head;
    q->idle = NULL;
    q->closed = false;
}

void queue_push(struct queue *q, struct job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&q->lock);
    struct idler *idler = q->idle;
    if (idler) {
        q->idle = idler->next;
        idler->job = job;
        pthread_cond_signal(&idler->given);
    } else {
        *q->tail = job;
        q->tail = &job->next;
    }
    pthread_mutex_unlock(&q->lock);
}

/* Waits until a job is given; NULL when the queue is closed. The lock is held. */
static struct job *wait_for_job(struct queue *q)
{
    struct idler self = {.next = q->idle};
    pthread_cond_init(&self.given, NULL);
    q->idle = &self;
    while (!self.job && !q->closed)
        pthread_cond_wait(&self.given, &q->lock);
    pthread_cond_destroy(&self.given);
    return self.job;
}

struct job *queue_pop(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    struct job *job = q->head;
    if (job) {
        q->head = job->next;
        if (!q->head)
            q->tail = &q->head;
    } else if (!q->closed) {
        job = wait_for_job(q);
    }
    pthread_mutex_unlock(&q->lock);
    return job;
}

struct job *queue_take_all(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    struct job *all = q->head;
    q->head = NULL;
    q->tail = &q->head;
    pthread_mutex_unlock(&q->lock);
    return all;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    for (struct idler *idler = q->idle; idler; idler = idler->next)
        pthread_cond_signal(&idler->given);
    q->idle = NULL; /* each leaves by itself */
    pthread_mutex_unlock(&q->lock);
}

struct job *job_new(void)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        abort();
    buf_init(&job->line, PROTO_LINE_MAX);
    buf_init(&job->answer, PROTO_ANSWER_MAX);
    job->passed_fd = -1;
    job->open_fd = -1;
    atomic_init(&job->cancelled, false);
    return job;
}

void ahead_free(struct ahead **ahead)
{
    if (*ahead)
        buf_free(&(*ahead)->result);
    free(*ahead);
    *ahead = NULL;
}

void job_free(struct job *job)
{
    if (!job)
        return;
    if (job->passed_fd >= 0)
        close(job->passed_fd);
    if (job->open_fd >= 0)
        close(job->open_fd);
    buf_wipe(&job->line);
    buf_free(&job->line);
    buf_free(&job->answer);
    ahead_free(&job->ahead);
    free(job);
}

void notice_free(struct notice *n)
{
    if (!n)
        return;
    free(n->line);
    free(n->people);
    free(n->units);
    free(n);
}
